import { StoreError } from '../store/store-error.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { TelemetryEvent } from './telemetry.ts';

const DETAIL =
  'It ended without a word: strayd was killed in the middle of it, or its machine went down; the model in use stays.';

/** Ends trainings as failed that a process which is no more began, and answers what is to be told of each. A full store leaves them for the next start. */
export function endBrokenRuns(store: StoreWriter): TelemetryEvent[] {
  try {
    return store.failUnendedRuns(DETAIL).map(({ detector, startedMs }) => ({
      event: 'training_ended',
      level: 'error',
      message: `Training of detector ${detector}, begun ${new Date(startedMs).toISOString()}, failed: ${DETAIL}`,
      fields: { detector, startedMs, outcome: 'failed', detail: DETAIL },
    }));
  } catch (error) {
    if (error instanceof StoreError && error.canRetry) return [];
    throw error;
  }
}
