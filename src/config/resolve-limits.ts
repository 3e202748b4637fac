import type { Limits } from '../core/limits.ts';
import type { ParsedConfig } from './schema.ts';

/** The `limits` section by the names that the rooms use. */
export function resolveLimits(parsed: ParsedConfig['limits']): Limits {
  return {
    entitiesPerDetector: parsed.entities_per_detector,
    seriesPerEntity: parsed.series_per_entity,
    bucketsPerHistogram: parsed.buckets_per_histogram,
    seriesCached: parsed.series_cached,
    samplesHeldBack: parsed.samples_held_back,
    labelsPerSeries: parsed.labels_per_series,
    labelLength: parsed.label_length,
    samplesPerRecord: parsed.samples_per_record,
    recordSizeBytes: parsed.record_size,
    unpackedSizeBytes: parsed.unpacked_size,
    batchMemoryBytes: parsed.batch_memory,
    modelMemoryBytes: parsed.model_memory,
  };
}
