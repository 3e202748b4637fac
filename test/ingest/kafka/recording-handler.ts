import type { PartitionId, RawBatch, RecordPrint } from '../../../src/core/records.ts';
import type { BrokerMark, StreamHandler } from '../../../src/ingest/record-stream.ts';
import { KafkaRecordStream, type KafkaStreamOptions } from '../../../src/ingest/kafka/kafka-record-stream.ts';

/** One record as the handler got it. */
export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timeMs: number;
  readonly value: string;
}

/** A handler that keeps all it is told and goes on where `startAt` says. */
export class RecordingHandler implements StreamHandler {
  readonly records: SeenRecord[] = [];
  readonly batches: RawBatch[] = [];
  readonly marks = new Map<number, BrokerMark>();
  /** In order: `assigned 0`, `revoked 0`, `idle 0 true`, `lost 0 5>7`, `replaced 0 9>0`, `trouble …`. */
  readonly news: string[] = [];
  readonly owned = new Set<number>();
  startAt: (partition: PartitionId, mark: BrokerMark) => number | null = (_partition, mark) => mark.offset;
  lastReadOf: (partition: PartitionId) => RecordPrint | null = () => null;
  onBatch: (batch: RawBatch) => Promise<void> = () => Promise.resolve();

  assigned(partition: PartitionId, mark: BrokerMark): number | null {
    this.news.push(`assigned ${partition.partition}`);
    this.owned.add(partition.partition);
    this.marks.set(partition.partition, mark);
    return this.startAt(partition, mark);
  }

  lastRead(partition: PartitionId): RecordPrint | null {
    return this.lastReadOf(partition);
  }

  revoked({ partition }: PartitionId): void {
    this.owned.delete(partition);
    this.news.push(`revoked ${partition}`);
  }

  async batch(batch: RawBatch): Promise<void> {
    this.batches.push(batch);
    for (const { offset, timeMs, value } of batch.records) {
      const text = value === null ? '' : Buffer.from(value).toString();
      this.records.push({ partition: batch.partition, offset, timeMs, value: text });
    }
    await this.onBatch(batch);
  }

  idle({ partition }: PartitionId, idle: boolean): void {
    this.news.push(`idle ${partition} ${idle}`);
  }

  offsetLost({ partition }: PartitionId, expected: number, restartedAt: number): void {
    this.news.push(`lost ${partition} ${expected}>${restartedAt}`);
  }

  replaced({ partition }: PartitionId, lastRead: number, restartedAt: number): void {
    this.news.push(`replaced ${partition} ${lastRead}>${restartedAt}`);
  }

  trouble(message: string | null): void {
    this.news.push(`trouble ${message ?? 'over'}`);
  }

  /** Offsets of a partition in the order of arrival. */
  offsets(partition: number): number[] {
    return this.records.filter((record) => record.partition === partition).map(({ offset }) => offset);
  }
}

/** A stream of source `node` with the options that most tests want. */
export const streamOf = (
  brokers: readonly string[],
  topics: readonly string[],
  options: Partial<KafkaStreamOptions> & { readonly alignWithinMs?: number } = {},
): KafkaRecordStream => {
  const { alignWithinMs = Infinity, ...rest } = options;
  return new KafkaRecordStream({
    connection: { clientId: 'strayd-test', brokers, tls: null, sasl: null },
    groupId: 'strayd-test',
    sources: [{ name: 'node', topics, alignWithinMs }],
    idleAfterMs: 60_000,
    nowMs: () => Date.now(),
    log: () => undefined,
    onFailure: (error) => {
      throw error;
    },
    ...rest,
  });
};

/** 0, 1, … count − 1. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
