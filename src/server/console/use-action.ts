import { useState } from 'preact/hooks';
import { change, type Change } from './api.ts';

/** A change that people ask for: under way or not, and what came of the last one. */
export interface Action {
  readonly busy: boolean;
  /** For people; empty before the first. */
  readonly outcome: string;
  readonly failed: boolean;
  /** Posts, then says `done`; `then` follows a success. */
  readonly run: (request: ActionRequest) => void;
}

interface ActionRequest extends Change {
  /** What is said of a success. */
  readonly done: string | ((answer: unknown) => string);
  readonly then?: () => void;
}

/** One change at a time, with its outcome in words. */
export function useAction(): Action {
  const [state, setState] = useState({ busy: false, outcome: '', failed: false });
  const run = ({ done, then, ...request }: ActionRequest): void => {
    setState({ busy: true, outcome: '', failed: false });
    change(request).then(
      (answer) => {
        setState({ busy: false, outcome: typeof done === 'string' ? done : done(answer), failed: false });
        then?.();
      },
      (error: unknown) => {
        const outcome = error instanceof Error ? error.message : String(error);
        setState({ busy: false, outcome, failed: true });
      },
    );
  };
  return { ...state, run };
}
