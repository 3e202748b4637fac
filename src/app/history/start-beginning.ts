/** What comes before the reading, and may be cut short. */
export interface RunningBeginning {
  /** Ends it; resolves when it is over, with whether the reading has begun. */
  stop(): Promise<boolean>;
}

/** Starts `begin`, which begins the reading in the end unless its signal aborts; a failure goes to `failed`. */
export function startBeginning(
  begin: (signal: AbortSignal) => Promise<void>,
  failed: (error: unknown) => void,
): RunningBeginning {
  const stopping = new AbortController();
  let isThrough = false;
  const done = begin(stopping.signal).then(() => {
    isThrough = !stopping.signal.aborted;
  }, failed);
  return {
    async stop() {
      const wasThrough = isThrough;
      stopping.abort();
      await done;
      return wasThrough || isThrough;
    },
  };
}
