/**
 * Runs `work` with a signal that aborts after `timeoutMs` (reason: a `TimeoutError`) or with `signal`. Not by
 * `AbortSignal.any` and `.timeout`: Node 20 may collect those as garbage while a request waits, and then they never fire.
 */
export async function withinTime<T>(
  work: (limit: AbortSignal) => Promise<T>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const stop = (): void => limit.abort(signal.reason);
  const timer = setTimeout(
    () => limit.abort(new DOMException('no answer in time', 'TimeoutError')),
    timeoutMs,
  );
  signal.addEventListener('abort', stop);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
