import type { PartitionId, RawRecord } from '../../core/records.ts';
import type { BrokerMark } from '../record-stream.ts';
import { partitionKey } from './broker-state.ts';
import { storeOf } from './broker-mark.ts';
import type { FetchedBatch } from './consumer-session.ts';

/** How far the reading of one held partition is. */
export interface PartitionReader {
  readonly id: PartitionId;
  readonly key: string;
  /** What the broker said when the partition was assigned. */
  readonly mark: BrokerMark;
  /** The offset that must come next; any other batch is dropped. */
  expected: number;
  /** The log's end when last heard of. */
  logEnd: number;
  /** Positioned in the present assignment. */
  isReady: boolean;
  /** Not fetched because its buffer is full. */
  isPaused: boolean;
  hasRead: boolean;
  quietSinceMs: number;
}

/** A reader of a partition just assigned; it has no position at kafkajs yet. */
export const newReader = (id: PartitionId, mark: BrokerMark, expected: number): PartitionReader => {
  const flags = { isReady: false, isPaused: false, hasRead: false };
  return { id, key: partitionKey(id), mark, expected, logEnd: expected, quietSinceMs: -Infinity, ...flags };
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
    value,
  }));
