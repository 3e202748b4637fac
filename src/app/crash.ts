/** Throws out of any promise, so that the thread dies of it and the daemon with the thread. */
export function crash(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
