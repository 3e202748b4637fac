import type { PartitionId, PartitionMark } from '../../src/core/records.ts';

/** A mark of a partition that no other store had, not idle and up to date; what differs is put over it. */
export function testMark(id: PartitionId, differing: Partial<PartitionMark>): PartitionMark {
  const { source, topic, partition } = id;
  const lowOffset = differing.lowOffset ?? 0;
  return {
    source,
    topic,
    partition,
    lowOffset,
    nextOffset: lowOffset,
    watermarkMs: 0,
    idle: false,
    wholeFromMs: -Infinity,
    handOver: { offset: lowOffset, wholeFromMs: -Infinity },
    firstOffsets: [],
    ...differing,
  };
}
