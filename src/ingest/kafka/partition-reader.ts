import type { PartitionId, RawRecord, RecordPrint } from '../../core/records.ts';
import type { BrokerMark } from '../record-stream.ts';
import { partitionKey } from './broker-state.ts';
import { storeOf } from './broker-mark.ts';
import type { FetchedBatch } from './consumer-session.ts';
import { isStandIn } from './too-large-batch.ts';

/** How far the reading of one held partition is. */
export interface PartitionReader {
  readonly id: PartitionId;
  readonly key: string;
  /** What the broker said when the partition was assigned. */
  readonly mark: BrokerMark;
  /** The offset that must come next; any other batch is dropped. */
  expected: number;
  /** First offset that is there, and the log's end, when last heard of. */
  logStart: number;
  logEnd: number;
  /** The record that must be there if the log is still the one that was read; `null` once that is settled. */
  unproved: RecordPrint | null;
  /** Positioned in the present assignment. */
  isReady: boolean;
  /** Not fetched because its buffer is full. */
  isPaused: boolean;
  hasRead: boolean;
  quietSinceMs: number;
}

/** A reader of a partition just assigned; it has no position at kafkajs yet. */
export const newReader = (
  id: PartitionId,
  mark: BrokerMark,
  from: { readonly expected: number; readonly lastRead: RecordPrint | null },
): PartitionReader => {
  const { expected, lastRead: unproved } = from;
  const log = { logStart: expected, logEnd: expected, unproved };
  const flags = { isReady: false, isPaused: false, hasRead: false };
  return { id, key: partitionKey(id), mark, expected, ...log, quietSinceMs: -Infinity, ...flags };
};

/** Has nobody else had the partition since? Then the mark is as it was, or one that our own store set. */
export const isStillOurs = (reader: PartitionReader, mark: BrokerMark, ownStore: string | null): boolean => {
  if (mark.owner !== null && storeOf(mark.owner) === ownStore) return true;
  return mark.owner === reader.mark.owner && mark.offset === reader.mark.offset;
};

/** The records of a batch of kafkajs, which has its numbers as strings. */
export const recordsOf = (batch: FetchedBatch): RawRecord[] =>
  batch.messages.map(({ offset, timestamp, key, value }) => ({
    offset: Number(offset),
    timeMs: Number(timestamp),
    key,
    ...(isStandIn(value) ? { value: null, isTooLarge: true } : { value }),
  }));
