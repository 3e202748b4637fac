/** A bound that was reached: its name in `strayd_limit_exceeded_total{limit}`, its key under `limits`, and what it means. */
export interface LimitName {
  readonly limit: string;
  /** `null`: it follows from others. */
  readonly key: string | null;
  /** One sentence for people. */
  readonly meaning: string;
}

const RESULTS: Readonly<Record<string, LimitName>> = {
  entity_limit: {
    limit: 'entities',
    key: 'entities_per_detector',
    meaning: 'A detector watches as many entities as it may; samples of more are left out. Narrow its select',
  },
  series_limit: {
    limit: 'series',
    key: 'series_per_entity',
    meaning:
      'An entity has as many series as it may; samples of more are left out. Narrow where of its features',
  },
  bucket_limit: {
    limit: 'buckets',
    key: 'buckets_per_histogram',
    meaning:
      'A histogram of an entity has as many buckets as it may; samples of more are left out, so that its quantiles are coarse or missing. ' +
      'Send fewer bounds',
  },
  held_back_limit: {
    limit: 'held_back',
    key: 'samples_held_back',
    meaning:
      'So much came in while partitions repeat what was open at the restart that it is not held back any more; ' +
      'steps that were open then may lack samples',
  },
};

const REASONS: Readonly<Record<string, LimitName>> = {
  too_large: {
    limit: 'record_size',
    key: 'record_size',
    meaning: 'A record is larger than it may be, and a dead letter. Send smaller ones',
  },
  too_large_unpacked: {
    limit: 'unpacked_size',
    key: 'unpacked_size',
    meaning:
      'What was compressed is larger than it may be when unpacked, and a dead letter. Send less at once',
  },
  too_many_samples: {
    limit: 'samples_per_record',
    key: 'samples_per_record',
    meaning: 'A record holds more samples than it may, and is a dead letter. Send smaller ones',
  },
  too_many_labels: {
    limit: 'labels',
    key: 'labels_per_series',
    meaning:
      'A series has more labels than it may, and its samples are dead letters. Drop labels at the sender',
  },
  too_long_label: {
    limit: 'label_length',
    key: 'label_length',
    meaning:
      'A name or label is longer than it may be, and its samples are dead letters. Shorten it at the sender',
  },
};

/** The bound that a result of samples stands for, `undefined` if none. */
export const limitOfResult = (result: string): LimitName | undefined => RESULTS[result];

/** The bound that a dead letter's reason stands for, `undefined` if none. */
export const limitOfReason = (reason: string): LimitName | undefined => REASONS[reason];

/** What was reached and the way out, as one sentence. */
export function limitText({ meaning, key }: LimitName): string {
  return key === null ? `${meaning}.` : `${meaning}, or raise limits.${key}.`;
}
