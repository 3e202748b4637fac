import type { Sample } from '../../core/sample.ts';

/** Why a record, or one sample of it, could not be used: the closed list behind `strayd_dead_letters_total{reason}`. */
export type RejectReason =
  | 'no_value'
  | 'too_large'
  | 'too_large_unpacked'
  | 'not_utf8'
  | 'not_json'
  | 'not_object'
  | 'no_samples'
  | 'bad_line'
  | 'bad_encoding'
  | 'bad_name'
  | 'bad_labels'
  | 'bad_time'
  | 'bad_value'
  | 'too_many_labels'
  | 'too_long_label'
  | 'too_many_samples'
  | 'unknown_schema'
  | 'bad_schema';

/** Bounds on one record. Over a bound the record (or sample) is rejected by name, never cut. */
export interface DecodeLimits {
  /** Size of a record's value in bytes; also how much of a bad record is kept. */
  readonly maxRecordBytes: number;
  /** Size of a compressed value when it is unpacked, in bytes. */
  readonly maxUnpackedBytes: number;
  readonly maxLabels: number;
  /** Length of a metric's or label's name and of a label's value, in UTF-16 units. */
  readonly maxLabelLength: number;
  readonly maxSamplesPerRecord: number;
}

/** `detail` is one sentence for people: what was seen and what was expected. */
export interface Reject {
  readonly reason: RejectReason;
  readonly detail: string;
}

/** What a record's bytes gave: good samples, the reasons for the others, and what is no sample at all; never all empty. */
export interface DecodedValue {
  readonly samples: readonly Sample[];
  readonly rejects: readonly Reject[];
  /** Intact things that can't be a sample: texts, native histograms. Counted, no dead letters. */
  readonly skipped?: number;
  /** See `DecodedRecord`. */
  readonly stableLabels?: true;
}

/** How to wait for something that a format needs from elsewhere. */
export interface FormatWait {
  readonly signal: AbortSignal;
  /** What it waits for, once per change; `null` = it is there again. */
  trouble(message: string | null): void;
}

/** A wire format: bytes of one record's value to samples. It never throws, whatever the bytes. */
export interface SampleFormat {
  /** As it stands in the config, e.g. `prometheus_json`. */
  readonly name: string;
  /** Called before `decode` of these values: fetches what that needs, for as long as it takes. Only ends early when aborted. */
  prepare?(values: readonly (Uint8Array | null)[], wait: FormatWait): Promise<void>;
  decode(bytes: Uint8Array, limits: DecodeLimits): DecodedValue;
}
