import type { Database } from 'better-sqlite3';
import type { PartitionMark } from '../core/records.ts';

interface Row {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
  readonly low_offset: number;
  readonly next_offset: number;
  readonly watermark_ms: number;
  readonly idle: number;
}

/** Table `partition_marks`: where reading goes on. */
export class MarkRepository {
  readonly #upsert;
  readonly #all;

  constructor(database: Database) {
    this.#upsert = database.prepare<[string, string, number, number, number, number, number]>(
      `INSERT OR REPLACE INTO partition_marks (source, topic, partition, low_offset, next_offset, watermark_ms, idle)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#all = database.prepare<[], Row>('SELECT * FROM partition_marks ORDER BY source, topic, partition');
  }

  upsert(mark: PartitionMark): void {
    const { source, topic, partition, lowOffset, nextOffset, watermarkMs, idle } = mark;
    this.#upsert.run(source, topic, partition, lowOffset, nextOffset, watermarkMs, idle ? 1 : 0);
  }

  all(): PartitionMark[] {
    return this.#all.all().map((row) => ({
      source: row.source,
      topic: row.topic,
      partition: row.partition,
      lowOffset: row.low_offset,
      nextOffset: row.next_offset,
      watermarkMs: row.watermark_ms,
      idle: row.idle !== 0,
    }));
  }
}
