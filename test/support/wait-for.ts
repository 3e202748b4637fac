import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait at most, and how often to look; both in ms. */
export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Waits until `condition` answers something that is neither false, null nor undefined, and returns it. A condition that
 * throws counts as not yet. Throws when the time is up, naming `what` was awaited and the last error seen.
 */
export const waitFor = async <T>(
  what: string,
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<NonNullable<T>> => {
  const timeoutMs = options.timeoutMs ?? 20_000;
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown = null;
  for (;;) {
    try {
      const seen = await condition();
      if (seen !== false && seen !== null && seen !== undefined) return seen;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: lastError });
    }
    await pause(options.everyMs ?? 20);
  }
};
