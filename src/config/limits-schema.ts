import { z } from 'zod';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { sizeField, sizeText } from './fields.ts';

const count = (least: number, most: number, standard: number, description: string) =>
  z.number().int().min(least).max(most).default(standard).meta({ description });

const size = (least: number, standard: number, description: string) =>
  sizeField(least).prefault(sizeText(standard)).meta({ description });

const KB = 2 ** 10;
const MB = 2 ** 20;

/** The `limits` section as it is written. */
export const limitsSchema = z.strictObject({
  entities_per_detector: count(
    1,
    1_000_000,
    DEFAULT_LIMITS.entitiesPerDetector,
    'Entities that one detector watches; samples of more are counted (`entity_limit`) and left out.',
  ),
  series_per_entity: count(
    1,
    1_000_000,
    DEFAULT_LIMITS.seriesPerEntity,
    'Series of one entity, each once for every feature that it serves; samples of more are counted (`series_limit`) and left out.',
  ),
  buckets_per_histogram: count(
    2,
    10_000,
    DEFAULT_LIMITS.bucketsPerHistogram,
    'Different bounds (`le`) in one histogram of an entity; samples of more are counted (`bucket_limit`) and left out.',
  ),
  series_cached: count(
    1000,
    100_000_000,
    DEFAULT_LIMITS.seriesCached,
    'Series of a source whose place is remembered; the others take longer.',
  ),
  samples_held_back: count(
    1000,
    100_000_000,
    DEFAULT_LIMITS.samplesHeldBack,
    'Samples that wait after a restart until all partitions have repeated what was open; more do not wait.',
  ),
  labels_per_series: count(
    1,
    10_000,
    DEFAULT_LIMITS.labelsPerSeries,
    'Labels of one series; more are a dead letter.',
  ),
  label_length: count(
    16,
    1_000_000,
    DEFAULT_LIMITS.labelLength,
    'Characters of a metric’s or label’s name and of a label’s value; longer ones are a dead letter.',
  ),
  samples_per_record: count(
    1,
    10_000_000,
    DEFAULT_LIMITS.samplesPerRecord,
    'Samples in one record; a record of more is a dead letter.',
  ),
  record_size: size(
    KB,
    DEFAULT_LIMITS.recordSizeBytes,
    'Size of one record; a larger one is a dead letter, and so much of it is kept.',
  ),
  unpacked_size: size(
    64 * KB,
    DEFAULT_LIMITS.unpackedSizeBytes,
    'Size of what was compressed when it is unpacked: one record, or the batch of records that a producer sent; larger ones are dead letters.',
  ),
  batch_memory: size(
    MB,
    DEFAULT_LIMITS.batchMemoryBytes,
    'Fetched records that wait for their turn, of all partitions; a partition that has its share waiting is paused, so that Kafka keeps the rest.',
  ),
  model_memory: size(
    0,
    DEFAULT_LIMITS.modelMemoryBytes,
    'Linear models of a detector’s entities that have one of their own; the others share their cohort’s.',
  ),
});
