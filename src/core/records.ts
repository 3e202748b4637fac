import type { Sample } from './sample.ts';

/** One topic partition of one configured source. */
export interface PartitionId {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
}

/** A Kafka record as it lies in the log. `timeMs` is the record's own timestamp, not its samples'. */
export interface RawRecord {
  readonly offset: number;
  readonly timeMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** It lies in a compressed batch that is too large when unpacked: key and value are not known. */
  readonly isTooLarge?: true;
}

/** By what a record is known again: its offset, and a hash of its time, key and value. */
export interface RecordPrint {
  readonly offset: number;
  readonly fingerprint: string;
}

/** The record read last of a partition; `null` when nothing is known of it any more. */
export interface LastRecord extends PartitionId {
  readonly print: RecordPrint | null;
}

/** Consecutive records of one partition; `nextOffset` is where reading goes on (control records may leave gaps). */
export interface RawBatch extends PartitionId {
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** The log's end when the batch was fetched; `highWatermark - nextOffset` is the lag. */
  readonly highWatermark: number;
  readonly records: readonly RawRecord[];
}

/** What one good record carried. */
export interface DecodedRecord {
  readonly offset: number;
  readonly timeMs: number;
  readonly samples: readonly Sample[];
  /** Intact things in it that can't be a sample (texts, native histograms): counted only. */
  readonly skipped?: number;
  /** The labels object of each sample stands for its series and no other, and mostly comes again with it: a key to look it up by. */
  readonly stableLabels?: true;
}

/** A record, or one sample of it, that could not be used. */
export interface DeadLetter extends PartitionId {
  readonly offset: number;
  /** Machine-readable reason from a closed list, e.g. `not_json`, `bad_time`, `too_far_ahead`. */
  readonly reason: string;
  /** One sentence for people: what was seen and what was expected. */
  readonly detail: string;
  readonly bytes: Uint8Array;
}

/** A decoded slice of one partition, the pipeline's unit of input. */
export interface RecordSlice extends PartitionId {
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly records: readonly DecodedRecord[];
  readonly deadLetters: readonly DeadLetter[];
}

/** Where a store that has no memory of a partition has to go on in it. */
export interface HandOver {
  /** Oldest record that its steps, and the values and rates from which they go on, are built of. */
  readonly offset: number;
  /** Steps that start before this event time, ms, are the former owner's: they are built for their memory only. */
  readonly wholeFromMs: number;
}

/** Where a restart has to go on in a partition, and what had been seen of it. */
export interface PartitionMark extends PartitionId {
  /** Oldest offset that a step still open needs: a restart replays from here. */
  readonly lowOffset: number;
  /** First offset never processed. Offsets in [lowOffset, nextOffset) are a replay after a restart. */
  readonly nextOffset: number;
  /** Newest event time seen, ms; -Infinity before the first sample. */
  readonly watermarkMs: number;
  /** An idle partition does not hold the source's watermark back. */
  readonly idle: boolean;
  /** Of the store that had it before: no step that starts earlier, ms, is given out here; -Infinity if there was none. */
  readonly wholeFromMs: number;
  /** For the next owner; what the broker is told. */
  readonly handOver: HandOver;
  /** Oldest offset with a sample in each recent stretch of event time, as (start ms, offset). */
  readonly firstOffsets: readonly (readonly [startMs: number, offset: number])[];
}
