import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../store/store-error.ts';
import type { Report } from './telemetry.ts';

const RETRY_MS = 2000;

/**
 * Writes to the store; while the disk is full it says so once and tries again, so `write` must be one that may be repeated.
 * `null` if it is still full when `signal` aborts. Any other failure of the store is thrown.
 */
export async function applyPatiently<T>(
  write: () => T,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<T | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const written = write();
      if (attempt > 1) {
        const message = 'The store takes writes again; reading goes on.';
        report({ event: 'store_recovered', level: 'info', message });
      }
      return written;
    } catch (error) {
      if (!(error instanceof StoreError) || !error.canRetry) throw error;
      if (attempt === 1) {
        const message = `${error.message} Reading is on hold and nothing is lost; it goes on when there is room.`;
        report({ event: 'store_full', level: 'error', message });
      }
      if (signal.aborted) return null;
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
