import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait at most, and how often to look; both in ms. Without `everyMs` the pauses grow with what has been waited for. */
export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Pauses between looks, ms: a look may cost the daemon as much as its work, and what takes long is not missed by a tenth more. */
const PAUSE = { least: 20, most: 500, shareOfWaited: 0.1 };

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
  const fromMs = Date.now();
  let lastError: unknown = null;
  for (;;) {
    try {
      const seen = await condition();
      if (seen !== false && seen !== null && seen !== undefined) return seen;
    } catch (error) {
      lastError = error;
    }
    const waitedMs = Date.now() - fromMs;
    if (waitedMs > timeoutMs) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: lastError });
    }
    const growing = Math.min(PAUSE.most, Math.max(PAUSE.least, PAUSE.shareOfWaited * waitedMs));
    await pause(options.everyMs ?? growing);
  }
};
