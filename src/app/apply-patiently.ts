import { setTimeout as pause } from 'node:timers/promises';
import type { NewOutboxRow } from '../delivery/outbox.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import { StoreError } from '../store/store-error.ts';
import type { AppliedCheckpoint, StoreWriter } from '../store/store-writer.ts';
import type { Report } from './telemetry.ts';

const RETRY_MS = 2000;

/**
 * Writes a checkpoint; while the disk is full it says so once and tries again. `null` if it is still full when `signal`
 * aborts: then nothing of it was written. Any other failure of the store is thrown.
 */
export async function applyPatiently(
  store: StoreWriter,
  { checkpoint, outbox }: { readonly checkpoint: Checkpoint; readonly outbox: readonly NewOutboxRow[] },
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<AppliedCheckpoint | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const written = store.applyCheckpoint(checkpoint, { outbox });
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
