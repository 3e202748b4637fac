import { useEffect, useState } from 'preact/hooks';
import { read } from './api.ts';

/** An answer of the API on its way to a page. */
export interface Answer<T> {
  /** The newest answer; stays while a newer one is on its way. */
  readonly data: T | null;
  readonly error: string | null;
}

/** Reads a path, and again whenever it or `version` changes; `null` reads nothing. */
export function useAnswer<T>(path: string | null, version = 0): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { readonly path: string | null }>({
    path: null,
    data: null,
    error: null,
  });
  useEffect(() => {
    if (path === null) return;
    const stopper = new AbortController();
    read<T>(path, stopper.signal).then(
      (data) => setAnswer({ path, data, error: null }),
      (error: unknown) => {
        if (stopper.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        setAnswer((before) => ({ path, data: before.path === path ? before.data : null, error: message }));
      },
    );
    return () => stopper.abort();
  }, [path, version]);
  return answer.path === path ? answer : { data: null, error: null };
}
