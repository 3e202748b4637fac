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
  readonly whole_from_ms: number;
  /** NULL in rows of a version that did not know it yet. */
  readonly hand_over_offset: number | null;
  readonly hand_over_whole_ms: number;
  readonly first_offsets: string;
}

/** Table `partition_marks`: where reading goes on. */
export class MarkRepository {
  readonly #upsert;
  readonly #all;

  constructor(database: Database) {
    this.#upsert = database.prepare<Row>(
      `INSERT OR REPLACE INTO partition_marks (source, topic, partition, low_offset, next_offset, watermark_ms, idle,
         whole_from_ms, hand_over_offset, hand_over_whole_ms, first_offsets)
       VALUES (@source, @topic, @partition, @low_offset, @next_offset, @watermark_ms, @idle,
         @whole_from_ms, @hand_over_offset, @hand_over_whole_ms, @first_offsets)`,
    );
    this.#all = database.prepare<[], Row>('SELECT * FROM partition_marks ORDER BY source, topic, partition');
  }

  upsert(mark: PartitionMark): void {
    const { source, topic, partition, lowOffset, nextOffset, watermarkMs, idle } = mark;
    this.#upsert.run({
      source,
      topic,
      partition,
      low_offset: lowOffset,
      next_offset: nextOffset,
      watermark_ms: watermarkMs,
      idle: idle ? 1 : 0,
      whole_from_ms: mark.wholeFromMs,
      hand_over_offset: mark.handOver.offset,
      hand_over_whole_ms: mark.handOver.wholeFromMs,
      first_offsets: JSON.stringify(mark.firstOffsets),
    });
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
      wholeFromMs: row.whole_from_ms,
      handOver: {
        offset: row.hand_over_offset ?? row.low_offset,
        wholeFromMs: row.hand_over_whole_ms,
      },
      firstOffsets: JSON.parse(row.first_offsets) as PartitionMark['firstOffsets'],
    }));
  }
}
