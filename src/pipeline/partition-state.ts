import type { PartitionId } from '../core/records.ts';
import { FirstOffsets } from './first-offsets.ts';

/** Where the pipeline stands in one partition. */
export interface PartitionState {
  readonly id: PartitionId;
  /** Its place in `PipelineState.partitions`; waiting samples name their partition by it. */
  readonly index: number;
  /** First offset not handed in yet; `null` until one is known. */
  receivedOffset: number | null;
  /** First offset not worked on yet; behind `receivedOffset` while others replay. */
  nextOffset: number | null;
  /** Offsets before this one were worked on before the restart. */
  replayUntil: number;
  /** Newest event time seen, ms; -Infinity before the first. */
  watermarkMs: number;
  idle: boolean;
  /** False while nobody reads it: it counts for no watermark then. */
  assigned: boolean;
  /** It was read before by this process, and was given up meanwhile. */
  left: boolean;
  /**
   * Whether its silence says something: this process reads it, and went on where it was or has had a record since. `null`: nobody has
   * told yet whether this process reads it.
   */
  heard: boolean | null;
  /** Steps that start before it, ms, are another store's and only remembered here; -Infinity without one. */
  wholeFromMs: number;
  firstOffsets: FirstOffsets;
}

/** A partition of which nothing is known; `stretchMs` is how finely it is remembered what lies where. */
export function newPartition(id: PartitionId, index: number, stretchMs: number): PartitionState {
  return {
    id: { source: id.source, topic: id.topic, partition: id.partition },
    index,
    receivedOffset: null,
    nextOffset: null,
    replayUntil: -Infinity,
    watermarkMs: -Infinity,
    idle: false,
    assigned: true,
    left: false,
    heard: null,
    wholeFromMs: -Infinity,
    firstOffsets: new FirstOffsets(stretchMs),
  };
}

/** Whether records that were worked on before the restart are still to come. */
export function isReplaying(partition: PartitionState): boolean {
  return partition.assigned && partition.nextOffset !== null && partition.nextOffset < partition.replayUntil;
}

/** One text for a partition, to look it up by. */
export function partitionKey({ source, topic, partition }: PartitionId): string {
  return `${source}\u0000${topic}\u0000${partition}`;
}

/** `topic/partition`, as an entity's row names it. */
export function partitionName({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
