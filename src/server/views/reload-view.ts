import { z } from 'zod';
import { instant, listOf, view } from './view.ts';

/** What became of the newest reload. */
export const reloadView = view('Reload', 'What became of the newest reload.', {
  at: instant,
  successful: z.boolean(),
  detail: z.string().describe('In words for people.'),
});

export type ReloadView = z.infer<typeof reloadView>;

/** That the configuration file is in use now. */
export const reloadAnswer = view('Reloaded', 'The configuration file is in use now.', {
  reloaded: z.literal(true),
  warnings: listOf(z.string()),
});

/** Where a configuration file is wrong. */
export interface ReloadProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** Whether the configuration file is in use now; `invalid` names what is wrong with it, `refused` why it can't be taken up. */
export type ReloadAnswer =
  | { readonly kind: 'done'; readonly warnings: readonly string[] }
  | {
      readonly kind: 'invalid' | 'refused';
      readonly detail: string;
      readonly problems: readonly ReloadProblem[];
    };
