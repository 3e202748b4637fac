import type { DecodeLimits } from '../ingest/formats/sample-format.ts';

/** What a Kafka record may hold; beyond it, it is a dead letter. */
export const DECODE_LIMITS: DecodeLimits = {
  maxRecordBytes: 1024 * 1024,
  maxUnpackedBytes: 16 * 1024 * 1024,
  maxLabels: 64,
  maxLabelLength: 1024,
  maxSamplesPerRecord: 100_000,
};
