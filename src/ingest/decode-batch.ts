import type { DeadLetter, DecodedRecord, RawBatch, RawRecord, RecordSlice } from '../core/records.ts';
import type {
  DecodedValue,
  DecodeLimits,
  Reject,
  RejectReason,
  SampleFormat,
} from './formats/sample-format.ts';

const NO_BYTES = new Uint8Array(0);

const whole = (reason: RejectReason, detail: string): DecodedValue => ({
  samples: [],
  rejects: [{ reason, detail }],
});

const decodeRecord = (record: RawRecord, format: SampleFormat, limits: DecodeLimits): DecodedValue => {
  const { value, isTooLarge } = record;
  if (isTooLarge === true) {
    const most = `at most ${limits.maxUnpackedBytes} bytes are allowed`;
    return whole('too_large_unpacked', `the batch that holds the record is too large unpacked: ${most}`);
  }
  if (value === null) return whole('no_value', 'the record has no value (a tombstone); a sample is expected');
  if (value.byteLength > limits.maxRecordBytes) {
    const sizes = `${value.byteLength} bytes, at most ${limits.maxRecordBytes} are allowed`;
    return whole('too_large', `the record is too large: ${sizes}`);
  }
  const decoded = format.decode(value, limits);
  if (decoded.samples.length > limits.maxSamplesPerRecord) {
    const counts = `${decoded.samples.length} samples, at most ${limits.maxSamplesPerRecord} are allowed`;
    return whole('too_many_samples', `the record holds too much: ${counts}`);
  }
  return decoded;
};

/* A record of a thousand bad lines makes one dead letter a reason, which says how many there are. */
const oneOfEach = (rejects: readonly Reject[]): readonly Reject[] => {
  const counts = new Map<RejectReason, number>();
  for (const { reason } of rejects) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => {
    const detail = rejects.find((reject) => reject.reason === reason)?.detail ?? '';
    return {
      reason,
      detail: count === 1 ? detail : `${detail} (and ${count - 1} more like it in this record)`,
    };
  });
};

/**
 * Decodes a batch: each record gives samples, dead letters (one a reason, with the record's bytes up to `maxRecordBytes`),
 * or both. Offsets of the batch stay as they are, so that bad records are passed over and never read twice.
 */
export const decodeBatch = (batch: RawBatch, format: SampleFormat, limits: DecodeLimits): RecordSlice => {
  const { source, topic, partition, firstOffset, nextOffset } = batch;
  const records: DecodedRecord[] = [];
  const deadLetters: DeadLetter[] = [];
  for (const record of batch.records) {
    const { offset, timeMs } = record;
    const { samples, rejects, skipped = 0, stableLabels } = decodeRecord(record, format, limits);
    if (samples.length > 0 || skipped > 0) {
      records.push({ offset, timeMs, samples, skipped, ...(stableLabels && { stableLabels }) });
    }
    if (rejects.length === 0) continue;
    // One copy, however many samples of the record are bad.
    const bytes = new Uint8Array((record.value ?? NO_BYTES).subarray(0, limits.maxRecordBytes));
    for (const { reason, detail } of oneOfEach(rejects)) {
      deadLetters.push({ source, topic, partition, offset, reason, detail, bytes });
    }
  }
  return { source, topic, partition, firstOffset, nextOffset, records, deadLetters };
};
