import type { PartitionMark } from '../../core/records.ts';
import type { BrokerMark } from '../record-stream.ts';

/** A mark as kafkajs commits it. */
export interface CommittedMark {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly metadata: string;
}

/*
 * Behind the owner, `storeId:sequence`, stands from what event time on the next one is to give steps out; nothing if all
 * that it will read is to be given out.
 */
const PATTERN = /^(?<owner>.*?)(?:;whole_from=(?<wholeFrom>-?\d+))?$/s;

/** What the broker is told: where a store without memory of the partition would go on, and whose mark it is. */
export const committedMark = (mark: PartitionMark, owner: string): CommittedMark => {
  const { topic, partition, handOver } = mark;
  const whole = Number.isFinite(handOver.wholeFromMs) ? `;whole_from=${handOver.wholeFromMs}` : '';
  return { topic, partition, offset: String(handOver.offset), metadata: `${owner}${whole}` };
};

/** A mark as the broker tells it: a negative offset is none at all, and an offset without metadata an operator's. */
export const brokerMark = (offset: number, metadata: string | null): BrokerMark => {
  if (offset < 0) return { offset: null, owner: null };
  if (metadata === null || metadata === '') return { offset, owner: null };
  const { owner = metadata, wholeFrom } = PATTERN.exec(metadata)?.groups ?? {};
  return wholeFrom === undefined ? { offset, owner } : { offset, owner, wholeFromMs: Number(wholeFrom) };
};

/** The store's id in a mark's owner, `storeId:sequence`. */
export const storeOf = (owner: string): string => owner.slice(0, owner.lastIndexOf(':'));
