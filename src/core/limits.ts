/**
 * Bounds of what comes in and of what is kept of it in memory. Over a bound a record or sample is counted and left out by
 * name, or reading pauses; nothing is cut, and nothing grows without end.
 */
export interface Limits {
  readonly entitiesPerDetector: number;
  /** A series counts once for each feature that it serves. */
  readonly seriesPerEntity: number;
  /** Different upper bounds of one histogram of an entity. */
  readonly bucketsPerHistogram: number;
  /** Series of a source whose place is remembered, so that their labels need not be read again. */
  readonly seriesCached: number;
  /** Samples held back while partitions replay after a restart; beyond it these do not wait any more. */
  readonly samplesHeldBack: number;
  readonly labelsPerSeries: number;
  /** Length of a metric's or label's name and of a label's value, in UTF-16 units. */
  readonly labelLength: number;
  readonly samplesPerRecord: number;
  /** Size of a record's value in bytes; also how much of a bad record is kept. */
  readonly recordSizeBytes: number;
  /** Size of what is compressed when it is unpacked, in bytes: a record's value, or a batch of records as Kafka carries it. */
  readonly unpackedSizeBytes: number;
  /** Fetched records of all partitions that wait for their turn, in bytes; beyond its share a partition is paused. */
  readonly batchMemoryBytes: number;
  /** Linear bases of a detector's entities that have their own, in bytes (DESIGN §7). */
  readonly modelMemoryBytes: number;
}

/** Room for the fleets that one machine can score. */
export const DEFAULT_LIMITS: Limits = {
  entitiesPerDetector: 100_000,
  seriesPerEntity: 2_000,
  bucketsPerHistogram: 512,
  seriesCached: 1_000_000,
  samplesHeldBack: 500_000,
  labelsPerSeries: 64,
  labelLength: 1024,
  samplesPerRecord: 100_000,
  recordSizeBytes: 2 ** 20,
  unpackedSizeBytes: 64 * 2 ** 20,
  batchMemoryBytes: 256 * 2 ** 20,
  modelMemoryBytes: 256 * 2 ** 20,
};
