import { expect, it } from 'vitest';
import { LastRecords } from '../../src/app/last-records.ts';
import { recordFingerprint } from '../../src/ingest/record-fingerprint.ts';
import { checkpointOf, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';

const PLACE = { source: 'node', topic: 'metrics', partition: 3 };
const RECORD = { offset: 2 ** 40, timeMs: 5, key: null, value: new Uint8Array([1]) };
const BATCH = { ...PLACE, firstOffset: 0, nextOffset: 9, highWatermark: 9, records: [RECORD] };

it('what was read last is known after a restart, and nothing once the log is another one', () => {
  const store = openWriter(temporaryDirectory());
  const write = (records: LastRecords): void => {
    store.applyCheckpoint(checkpointOf({}), { outbox: [], lastRecords: records.takeChanged() });
  };
  const before = new LastRecords(store.lastRecords());
  expect(before.of(PLACE)).toBeNull();
  before.read(BATCH);
  before.read({ ...BATCH, records: [] });
  write(before);
  expect(before.takeChanged()).toEqual([]);

  const after = new LastRecords(store.lastRecords());
  expect(after.of(PLACE)).toEqual({ offset: 2 ** 40, fingerprint: recordFingerprint(RECORD) });
  after.forget(PLACE);
  write(after);
  expect(new LastRecords(store.lastRecords()).of(PLACE)).toBeNull();
  store.close();
});
