import type { OpenCluster } from '../../core/declusterer.ts';
import { Declusterer } from '../../core/declusterer.ts';
import { ScoreHistogram } from '../../core/score-histogram.ts';
import type { ScoreSummary } from '../../core/score-tail.ts';
import type { NumberReader } from './number-bytes.ts';

/** Above `MOST_PEAKS` the smallest are dropped down to `PEAKS_LEFT`, and the day is complete only above them. */
const MOST_PEAKS = 64;
const PEAKS_LEFT = 48;

type Peak = Pick<OpenCluster, 'peak' | 'firstStep' | 'lastStep' | 'rowsAbove'>;

/** The scores of an entity over about a day: row count, histogram, and the peaks of clusters above a level. */
export class ScoreDay implements ScoreSummary {
  readonly firstStep: number;
  #lastStep: number;
  #rows = 0;
  #histogram = new ScoreHistogram();
  #clusters: Declusterer;
  #peaks: Peak[] = [];
  #completeAbove: number;

  constructor(firstStep: number, level: number) {
    this.firstStep = firstStep;
    this.#lastStep = firstStep;
    this.#clusters = new Declusterer(level);
    this.#completeAbove = level;
  }

  get lastStep(): number {
    return this.#lastStep;
  }

  get rows(): number {
    return this.#rows;
  }

  get histogram(): ScoreHistogram {
    return this.#histogram;
  }

  get level(): number {
    return this.#completeAbove;
  }

  /** With that of the cluster under way. */
  get peaks(): readonly number[] {
    const open = this.#clusters.open;
    return (open === null ? this.#peaks : [...this.#peaks, open]).map(({ peak }) => peak);
  }

  /** The cluster under way, if any. */
  get openCluster(): OpenCluster | null {
    return this.#clusters.open;
  }

  add(step: number, score: number): void {
    this.#lastStep = step;
    this.#rows += 1;
    this.#histogram.add(score);
    this.#keep(this.#clusters.add(step, score));
  }

  /** Ends the cluster under way; the day takes no more scores after. */
  end(): void {
    this.#keep(this.#clusters.close());
  }

  /**
   * Takes out the clusters that lie in the steps `from` to `to`, in part or whole, and as many of the highest rows as
   * they had above the level: which rows these were is not kept.
   */
  exclude(from: number, to: number): void {
    const isIn = ({ firstStep, lastStep }: Peak): boolean => firstStep <= to && lastStep >= from;
    const open = this.#clusters.open;
    const out = this.#peaks.filter(isIn);
    if (open !== null && isIn(open)) out.push(open);
    for (const { peak, rowsAbove } of out) this.#histogram.removeBelow(peak, rowsAbove);
    this.#rows = this.#histogram.total;
    this.#peaks = this.#peaks.filter((kept) => !isIn(kept));
    if (open !== null && isIn(open)) this.#clusters.close();
  }

  toNumbers(): number[] {
    const open = this.#clusters.open;
    const cluster = open === null ? [0] : [1, ...peakNumbers(open), open.rows, open.sum, open.sumOfSquares];
    const pairs = this.#histogram.pairs();
    const { firstStep } = this;
    const head = [firstStep, this.#lastStep, this.#rows, this.#clusters.level, this.#completeAbove];
    return [
      ...head,
      ...cluster,
      pairs.length,
      ...pairs,
      this.#peaks.length,
      ...this.#peaks.flatMap(peakNumbers),
    ];
  }

  static fromNumbers(reader: NumberReader): ScoreDay {
    const day = new ScoreDay(reader.next(), 0);
    day.#lastStep = reader.next();
    day.#rows = reader.next();
    const level = reader.next();
    day.#completeAbove = reader.next();
    day.#clusters = new Declusterer(level, reader.next() === 0 ? null : readCluster(reader));
    day.#histogram = ScoreHistogram.fromPairs(reader.list());
    day.#peaks = Array.from({ length: reader.next() }, () => readPeak(reader));
    return day;
  }

  #keep(cluster: OpenCluster | null): void {
    if (cluster === null || cluster.peak <= this.#completeAbove) return;
    const { peak, firstStep, lastStep, rowsAbove } = cluster;
    this.#peaks.push({ peak, firstStep, lastStep, rowsAbove });
    if (this.#peaks.length <= MOST_PEAKS) return;
    const sorted = this.#peaks.map((kept) => kept.peak).sort((a, b) => b - a);
    this.#completeAbove = sorted[PEAKS_LEFT] ?? this.#completeAbove;
    this.#peaks = this.#peaks.filter((kept) => kept.peak > this.#completeAbove);
  }
}

function readCluster(reader: NumberReader): OpenCluster {
  return {
    ...readPeak(reader),
    rows: reader.next(),
    sum: reader.next(),
    sumOfSquares: reader.next(),
  };
}

function peakNumbers({ peak, firstStep, lastStep, rowsAbove }: Peak): number[] {
  return [peak, firstStep, lastStep, rowsAbove];
}

function readPeak(reader: NumberReader): Peak {
  return {
    peak: reader.next(),
    firstStep: reader.next(),
    lastStep: reader.next(),
    rowsAbove: reader.next(),
  };
}
