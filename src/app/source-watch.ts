import type { SourceConfig } from '../config/config.ts';
import type { SourceView } from '../server/views/source-view.ts';
import type { Published, PublishedPartition } from './messages.ts';
import { watermarksOf } from './watermarks.ts';

/** The rate is of the last minute, in stretches of five seconds. */
const STRETCH_MS = 5000;
const STRETCHES = 12;

interface Tally {
  readonly samples: Record<string, number>;
  readonly deadLetters: Record<string, number>;
  /** Samples by stretch of time, newest last. */
  recent: { stretch: number; count: number }[];
}

/** What was read of each source since the start, and how fast and how far the reading is. */
export class SourceWatch {
  #sources: readonly SourceConfig[] = [];
  readonly #now: () => number;
  readonly #tallies = new Map<string, Tally>();
  readonly #startedMs: number;
  #partitions: readonly PublishedPartition[] = [];

  constructor(sources: readonly SourceConfig[], now: () => number) {
    this.#now = now;
    this.#startedMs = now();
    this.reconfigure(sources);
  }

  /** From now on these are watched; what was read of those that stay is kept. */
  reconfigure(sources: readonly SourceConfig[]): void {
    this.#sources = sources;
    const names = new Set(sources.map(({ name }) => name));
    for (const name of this.#tallies.keys()) if (!names.has(name)) this.#tallies.delete(name);
    for (const name of names) {
      if (!this.#tallies.has(name)) this.#tallies.set(name, { samples: {}, deadLetters: {}, recent: [] });
    }
  }

  apply({ samples, deadLetters, partitions }: Published): void {
    const stretch = Math.floor(this.#now() / STRETCH_MS);
    for (const { source, result, count } of samples) {
      const tally = this.#tallies.get(source);
      if (tally === undefined) continue;
      tally.samples[result] = (tally.samples[result] ?? 0) + count;
      const newest = tally.recent.at(-1);
      if (newest?.stretch === stretch) newest.count += count;
      else tally.recent = [...tally.recent.slice(1 - STRETCHES), { stretch, count }];
    }
    for (const { source, reason, count } of deadLetters) {
      const tally = this.#tallies.get(source);
      if (tally !== undefined) tally.deadLetters[reason] = (tally.deadLetters[reason] ?? 0) + count;
    }
    this.#partitions = partitions;
  }

  views(): SourceView[] {
    const nowMs = this.#now();
    const watermarks = watermarksOf(this.#partitions);
    return this.#sources.map(({ name, topics: named, format }) => {
      const own = this.#partitions.filter(({ source }) => source === name);
      const topics = [...new Set([...named, ...own.map(({ topic }) => topic)])];
      const tally = this.#tallies.get(name);
      const watermarkMs = watermarks.get(name);
      return {
        source: name,
        topics,
        format,
        watermarkLagMs: watermarkMs === undefined ? null : Math.max(0, nowMs - watermarkMs),
        samples: tally?.samples ?? {},
        samplesPerSecond: tally === undefined ? 0 : this.#rate(tally, nowMs),
        deadLetters: tally?.deadLetters ?? {},
        partitions: own.map(({ topic, partition, lagRecords, watermarkMs: partitionMs, idle }) => ({
          topic,
          partition,
          lagRecords,
          watermarkMs: Number.isFinite(partitionMs) ? partitionMs : null,
          idle,
        })),
      };
    });
  }

  #rate({ recent }: Tally, nowMs: number): number {
    const oldest = Math.floor(nowMs / STRETCH_MS) - STRETCHES + 1;
    const counted = recent.filter(({ stretch }) => stretch >= oldest);
    const sum = counted.reduce((all, { count }) => all + count, 0);
    const lastedMs = Math.min(nowMs - this.#startedMs, nowMs - oldest * STRETCH_MS);
    return sum / Math.max(1, lastedMs / 1000);
  }
}
