import type { DetectorSpec } from '../../core/detector.ts';
import type { Limits } from '../../core/limits.ts';
import type { PartitionId, RawRecord, RecordSlice } from '../../core/records.ts';
import { decodeBatch } from '../../ingest/decode-batch.ts';
import type { SampleFormat } from '../../ingest/formats/sample-format.ts';
import type { LogHistory } from '../../ingest/kafka/log-history.ts';
import { decodeLimits } from '../decode-limits.ts';
import type { HistorySource, Stretch } from './history-source.ts';

/** What a topic belongs to, and what its records hold. */
export interface TopicReading {
  readonly source: string;
  readonly format: SampleFormat;
}

/** What a history of logs is read with. */
export interface KafkaHistoryOptions {
  readonly log: LogHistory;
  readonly topics: ReadonlyMap<string, TopicReading>;
  readonly partitions: readonly PartitionId[];
  readonly detectors: readonly DetectorSpec[];
  readonly limits: Limits;
  /** What a format waits for; `null`: it has it again. */
  readonly trouble: (message: string | null) => void;
}

/** Records in one portion: so many are held at once, to be put in order of time. */
const PORTION_RECORDS = 50_000;
const PORTION_TIMEOUT_MS = 60_000;

type Place = Pick<PartitionId, 'topic' | 'partition'>;

/** The topics' own retained logs, read by record time. Partitions drain unevenly, so that each portion is sorted before it is handed on. */
export class KafkaHistory implements HistorySource {
  readonly #options: KafkaHistoryOptions;
  readonly #bucketMs: number;
  readonly #stepMs: number;

  constructor(options: KafkaHistoryOptions) {
    this.#options = options;
    const lateness = options.detectors.map(({ allowedLatenessMs }) => allowedLatenessMs);
    this.#bucketMs = Math.max(1, Math.min(...lateness) / 4);
    this.#stepMs = Math.max(...options.detectors.map(({ stepMs }) => stepMs));
  }

  get partitions(): readonly PartitionId[] {
    return this.#options.partitions;
  }

  async span(): Promise<Stretch | null> {
    const span = await this.#options.log.span();
    return span === null ? null : { fromMs: span.oldestMs, toMs: span.newestMs };
  }

  async *portions({ fromMs, toMs }: Stretch, signal: AbortSignal): AsyncGenerator<readonly RecordSlice[]> {
    const { log } = this.#options;
    let from = await log.offsetsAt(fromMs);
    const to = await log.offsetsAt(toMs);
    const total = to.reduce((sum, { offset }, index) => sum + offset - (from[index]?.offset ?? offset), 0);
    const portions = Math.max(1, Math.ceil(total / PORTION_RECORDS));
    const portionMs = Math.max(this.#stepMs, (toMs - fromMs) / portions);
    for (let startMs = fromMs; startMs < toMs && !signal.aborted; startMs += portionMs) {
      const isLast = startMs + portionMs >= toMs;
      const until = isLast ? to : await log.offsetsAt(startMs + portionMs);
      const ends = new Map(until.map((one) => [`${one.topic}/${one.partition}`, one.offset]));
      const ranges = from.map(({ topic, partition, offset }) => {
        return { topic, partition, from: offset, to: ends.get(`${topic}/${partition}`) ?? offset };
      });
      const parts: (Place & { readonly records: readonly RawRecord[] })[] = [];
      await log.read(ranges, (part) => void parts.push(part), { timeoutMs: PORTION_TIMEOUT_MS, signal });
      await this.#prepare(parts, signal);
      if (!signal.aborted) yield this.#inOrder(parts);
      from = until;
    }
  }

  close(): Promise<void> {
    return this.#options.log.close();
  }

  /* Schemas that a format has to fetch; a registry that is down is waited for until the time is up. */
  async #prepare(
    parts: readonly (Place & { readonly records: readonly RawRecord[] })[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { topic, records } of parts) {
      const values = records.map(({ value }) => value);
      await this.#options.topics
        .get(topic)
        ?.format.prepare?.(values, { signal, trouble: this.#options.trouble });
    }
  }

  /* Runs of one partition within a quarter of the allowed lateness: coarse enough for speed, fine enough that nothing is late. */
  #inOrder(parts: readonly (Place & { readonly records: readonly RawRecord[] })[]): RecordSlice[] {
    const runs = new Map<string, Place & { bucket: number; records: RawRecord[] }>();
    const newest = new Map<string, number>();
    for (const { topic, partition, records } of parts) {
      const place = `${topic}/${partition}`;
      for (const record of records) {
        // Within a partition the order of offsets stays, whatever the times.
        const timeMs = Math.max(record.timeMs, newest.get(place) ?? -Infinity);
        newest.set(place, timeMs);
        const bucket = Math.floor(timeMs / this.#bucketMs);
        const key = `${bucket} ${place}`;
        const run = runs.get(key);
        if (run === undefined) runs.set(key, { topic, partition, bucket, records: [record] });
        else run.records.push(record);
      }
    }
    return [...runs.values()]
      .sort((a, b) => a.bucket - b.bucket)
      .flatMap(({ topic, partition, records }) => {
        const reading = this.#options.topics.get(topic);
        const [first] = records;
        if (reading === undefined || first === undefined) return [];
        const { source, format } = reading;
        const nextOffset = (records.at(-1)?.offset ?? first.offset) + 1;
        const batch = {
          source,
          topic,
          partition,
          firstOffset: first.offset,
          nextOffset,
          highWatermark: nextOffset,
          records,
        };
        return [decodeBatch(batch, format, decodeLimits(this.#options.limits))];
      });
  }
}
