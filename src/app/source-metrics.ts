import type { Metrics } from '../server/metrics.ts';
import type { PublishedPartition } from './messages.ts';
import { watermarksOf } from './watermarks.ts';

interface PartitionLabels {
  readonly topic: string;
  readonly partition: string;
}

/** How far the reading is, as /metrics shows it: lag of the partitions that are read, and where each source's event time is. */
export class SourceMetrics {
  readonly #metrics: Metrics;
  readonly #watermarks = new Map<string, number>();
  #read = new Map<string, PartitionLabels>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  apply(partitions: readonly PublishedPartition[]): void {
    const read = new Map<string, PartitionLabels>();
    for (const { topic, partition, lagRecords } of partitions) {
      const labels = { topic, partition: String(partition) };
      read.set(JSON.stringify(labels), labels);
      this.#metrics.kafkaLag.set(labels, lagRecords);
    }
    for (const [key, labels] of this.#read) if (!read.has(key)) this.#metrics.kafkaLag.remove(labels);
    this.#read = read;
    for (const [source, watermarkMs] of watermarksOf(partitions)) this.#watermarks.set(source, watermarkMs);
  }

  /** To be called before rendering: while nothing comes nothing is published, and the distance still grows. */
  refresh(nowMs: number): void {
    for (const [source, watermarkMs] of this.#watermarks) {
      this.#metrics.watermarkLag.set({ source }, Math.max(0, nowMs - watermarkMs) / 1000);
    }
  }
}
