import type { RawBatch } from '../core/records.ts';

const SLICE_RECORDS = 250;

/** Cuts a batch into parts that are worked on without a break: the thread's timers and sockets get their turn between them. */
export function* batchSlices(batch: RawBatch): Generator<RawBatch> {
  const { records, nextOffset } = batch;
  if (records.length <= SLICE_RECORDS) {
    yield batch;
    return;
  }
  let firstOffset = batch.firstOffset;
  for (let from = 0; from < records.length; from += SLICE_RECORDS) {
    const part = records.slice(from, from + SLICE_RECORDS);
    const end = from + SLICE_RECORDS < records.length ? (part.at(-1)?.offset ?? firstOffset) + 1 : nextOffset;
    yield { ...batch, firstOffset, nextOffset: end, records: part };
    firstOffset = end;
  }
}
