import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem.ts';

/** What became of the newest reload. */
export interface ReloadView {
  /** RFC 3339. */
  readonly at: string;
  readonly successful: boolean;
  /** In words for people. */
  readonly detail: string;
}

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

/** The route by which the configuration file is loaded anew; it answers when all goes by it, or why not. */
export function registerReloadApi(server: FastifyInstance, reload: () => Promise<ReloadAnswer>): void {
  server.post('/api/v1/reload', async (_request, reply) => {
    const answer = await reload();
    if (answer.kind === 'done') return reply.send({ reloaded: true, warnings: answer.warnings });
    const { kind, detail, problems } = answer;
    return sendProblem(reply, {
      status: kind === 'invalid' ? 422 : 409,
      title:
        kind === 'invalid' ? 'The configuration file has errors' : 'The configuration can not be taken up',
      detail,
      ...(problems.length > 0 && { errors: problems }),
    });
  });
}
