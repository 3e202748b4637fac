import type { DeadLetterView } from '../server/views/dead-letter-view.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreReader } from '../store/store-reader.ts';

const TOP_REASONS = 20;
const EXAMPLE_BYTES = 500;

/** The reasons of the dead letters in the store, most frequent first, each with its newest example. */
export function deadLetterViews(store: StoreReader): DeadLetterView[] {
  return store.deadLetterReasons(TOP_REASONS).map(({ source, reason, count, newest }) => ({
    source,
    reason,
    count,
    example: {
      topic: newest.topic,
      partition: newest.partition,
      offset: newest.offset,
      detail: newest.detail,
      text: Buffer.from(newest.bytes.subarray(0, EXAMPLE_BYTES)).toString('utf8'),
    },
  }));
}

/** The same of a store's directory, beside a daemon or without one. Throws a `StoreError` if it can't be read. */
export function deadLettersAlone(storePath: string): DeadLetterView[] {
  const store = openStore(storePath, { mode: 'read' });
  try {
    return deadLetterViews(store);
  } finally {
    store.close();
  }
}
