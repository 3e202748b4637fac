import type { Limits } from '../core/limits.ts';
import type { DecodeLimits } from '../ingest/formats/sample-format.ts';

/** What a Kafka record may hold; beyond it, it is a dead letter. */
export function decodeLimits(limits: Limits): DecodeLimits {
  return {
    maxRecordBytes: limits.recordSizeBytes,
    maxUnpackedBytes: limits.unpackedSizeBytes,
    maxLabels: limits.labelsPerSeries,
    maxLabelLength: limits.labelLength,
    maxSamplesPerRecord: limits.samplesPerRecord,
  };
}
