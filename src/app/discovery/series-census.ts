import type { Labels, Sample } from '../../core/sample.ts';
import { canonicalSeriesKey } from '../../pipeline/series/series-hash.ts';

/** What was seen of one series: `times` ms and `values`, in the order of the stretches, and which stretch each came from. */
export interface SeenSeries {
  readonly metric: string;
  readonly labels: Labels;
  readonly times: number[];
  readonly values: number[];
  readonly stretches: number[];
  /** Its values are rates of deltas. */
  readonly isDelta?: true;
}

/** More series, or observations of one, are counted and not looked at. */
const MOST_SERIES = 50_000;
const MOST_OBSERVATIONS = 400;

/** All series of a sampled topic. */
export class SeriesCensus {
  readonly #series = new Map<string, SeenSeries>();
  samples = 0;
  /** Samples of series beyond the bound. */
  passedOver = 0;

  add(sample: Sample, stretch: number): void {
    const { metric, labels, timeMs, value, increase } = sample;
    this.samples += 1;
    if (!Number.isFinite(value)) return;
    const key = canonicalSeriesKey(metric, labels);
    let seen = this.#series.get(key);
    if (seen === undefined) {
      if (this.#series.size >= MOST_SERIES) {
        this.passedOver += 1;
        return;
      }
      const kind = increase === undefined ? {} : { isDelta: true as const };
      seen = { metric, labels, times: [], values: [], stretches: [], ...kind };
      this.#series.set(key, seen);
    }
    if (seen.times.length >= MOST_OBSERVATIONS) return;
    seen.times.push(timeMs);
    seen.values.push(value);
    seen.stretches.push(stretch);
  }

  series(): SeenSeries[] {
    return [...this.#series.values()].map(inOrder);
  }
}

/* Partitions of a topic that is not keyed bring one series out of order; a duplicate says nothing new. */
function inOrder(series: SeenSeries): SeenSeries {
  const order = series.times.map((_, index) => index);
  const timeAt = (index: number): number => series.times[index] ?? 0;
  order.sort((a, b) => timeAt(a) - timeAt(b));
  const kept = order.filter((index, rank) => rank === 0 || timeAt(index) !== timeAt(order[rank - 1] ?? -1));
  const pick = (values: readonly number[]): number[] => kept.map((index) => values[index] ?? 0);
  return {
    ...series,
    times: pick(series.times),
    values: pick(series.values),
    stretches: pick(series.stretches),
  };
}
