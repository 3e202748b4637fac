import { promqlSelector } from '../../delivery/promql-selector.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type { DecodedRecord, PartitionId, RecordSlice } from '../../core/records.ts';
import type { Sample } from '../../core/sample.ts';
import { queryRange, type PrometheusAccess, type RangeSeries } from '../../ingest/prometheus-range.ts';
import { featureMetrics } from '../../pipeline/series/histogram-part.ts';
import type { HistorySource, Stretch } from './history-source.ts';

/** Most points of a series that Prometheus answers, and most samples that are held at once. */
const MOST_POINTS = 11_000;
const MOST_SAMPLES = 500_000;
/** Points of the first query, from which the number of series is learned. */
const FIRST_POINTS = 60;
/** How finely the beginning of the history is looked for. */
const LOOK_POINTS = 500;

/** A detector's history in a store that speaks PromQL: each series at the end of each step, rates from the counters themselves. */
export class PrometheusHistory implements HistorySource {
  readonly partitions: readonly PartitionId[];
  readonly #access: PrometheusAccess;
  readonly #spec: DetectorSpec;
  readonly #nowMs: number;
  readonly #queries: readonly { readonly metric: string; readonly text: string }[];
  #points = FIRST_POINTS;
  #offset = 0;

  constructor(access: PrometheusAccess, spec: DetectorSpec, nowMs: number) {
    this.#access = access;
    this.#spec = spec;
    this.#nowMs = nowMs;
    this.partitions = [{ source: spec.source ?? 'history', topic: 'history', partition: 0 }];
    const queries = spec.features.flatMap((feature) =>
      featureMetrics(feature).map(({ metric }) => ({
        metric,
        text: promqlSelector(metric, [...spec.select, ...feature.where]),
      })),
    );
    this.#queries = [...new Map(queries.map((query) => [query.text, query])).values()];
  }

  async span(): Promise<Stretch | null> {
    const { training } = this.#spec;
    const fromMs = this.#nowMs - training.spanMs;
    const stepMs = Math.max(1000, Math.ceil(training.spanMs / LOOK_POINTS));
    const signal = new AbortController().signal;
    let [oldest, newest] = [Infinity, -Infinity];
    for (const { text } of this.#queries) {
      // A point finds samples of the five minutes before it; between points nothing must be missed.
      const query = `count(count_over_time(${text}[${Math.ceil(stepMs / 1000)}s]))`;
      for (const { times } of await this.#ask(query, { fromMs, toMs: this.#nowMs, stepMs }, signal)) {
        oldest = Math.min(oldest, (times[0] ?? Infinity) - stepMs);
        newest = Math.max(newest, times.at(-1) ?? -Infinity);
      }
    }
    return newest === -Infinity
      ? null
      : { fromMs: Math.max(oldest, fromMs), toMs: Math.min(newest + stepMs, this.#nowMs) };
  }

  async *portions({ fromMs, toMs }: Stretch, signal: AbortSignal): AsyncGenerator<readonly RecordSlice[]> {
    const { stepMs } = this.#spec;
    // The newest sample of a step is its value, so a step is asked for at its last millisecond.
    let atMs = Math.floor(fromMs / stepMs) * stepMs + stepMs - 1;
    const lastMs = Math.min(toMs, this.#nowMs);
    while (atMs < lastMs && !signal.aborted) {
      const endMs = Math.min(atMs + (this.#points - 1) * stepMs, lastMs);
      const samples = new Map<number, Sample[]>();
      let series = 0;
      for (const { metric, text } of this.#queries) {
        const found = await this.#ask(text, { fromMs: atMs, toMs: endMs, stepMs }, signal);
        series += found.length;
        for (const one of found) collect(metric, one, samples);
      }
      yield [this.#slice(samples)];
      atMs = endMs + stepMs - ((endMs - atMs) % stepMs);
      this.#points = Math.min(
        MOST_POINTS,
        Math.max(FIRST_POINTS, Math.floor(MOST_SAMPLES / Math.max(1, series))),
      );
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #ask(
    query: string,
    { fromMs, toMs, stepMs }: Stretch & { readonly stepMs: number },
    signal: AbortSignal,
  ): Promise<RangeSeries[]> {
    return queryRange(this.#access, { query, startMs: fromMs, endMs: toMs, stepMs }, signal);
  }

  #slice(samples: ReadonlyMap<number, readonly Sample[]>): RecordSlice {
    const firstOffset = this.#offset;
    const records = [...samples]
      .sort(([a], [b]) => a - b)
      .map(([timeMs, own]): DecodedRecord => ({ offset: this.#offset++, timeMs, samples: own }));
    const [partition] = this.partitions;
    if (partition === undefined) throw new Error('a history has one partition');
    return { ...partition, firstOffset, nextOffset: this.#offset, records, deadLetters: [] };
  }
}

function collect(metric: string, { labels, times, values }: RangeSeries, into: Map<number, Sample[]>): void {
  times.forEach((timeMs, index) => {
    const sample = { metric, labels, timeMs, value: values[index] ?? NaN };
    const own = into.get(timeMs);
    if (own === undefined) into.set(timeMs, [sample]);
    else own.push(sample);
  });
}
