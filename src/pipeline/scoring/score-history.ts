import type { ScoreTail } from '../../core/score-tail.ts';
import { fitScoreTail, KEPT_QUANTILE } from '../../core/score-tail.ts';
import type { NumberReader } from './number-bytes.ts';
import { ScoreDay } from './score-day.ts';

const DAY_MS = 86_400_000;
/** A threshold looks back over the last 7 days (RECIPE §1.6), further only as long as those hold less than a day's rows. */
const FIT_DAYS = 7;
const KEPT_DAYS = 35;
/** A run above the level that lasts a quarter of a day, and this many rows, is a level of its own. */
const SHIFT_SHARE = 0.25;
const SHIFT_ROWS = 64;
/** The .8 quantile of a normal distribution: where clusters of the new level are told apart. */
const SHIFT_SDS = 0.84;

/** What an entity's threshold is learned from: its scores by days, bounded however many there are. */
export class ScoreHistory {
  readonly #stepsADay: number;
  #days: ScoreDay[] = [];

  constructor(stepMs: number) {
    this.#stepsADay = DAY_MS / stepMs;
  }

  /** Newest step added; -1 before the first. */
  get upToStep(): number {
    return this.#days.at(-1)?.lastStep ?? -1;
  }

  /** Adds the next score in step order. `level` is where a new day's clusters begin. */
  add(step: number, score: number, level: number): void {
    let day = this.#days.at(-1);
    if (day === undefined || step >= day.firstStep + this.#stepsADay) day = this.#newDay(step, level);
    const shifted = this.#levelOfShift(day);
    if (shifted !== null) day = this.#newDay(step, shifted);
    day.add(step, score);
  }

  /**
   * Makes the next score begin a new day, unless the present one is younger than half a day. Its clusters are told
   * apart above `level`, or lower if the present day was: after a high level has ended, normal peaks count at once.
   */
  turn(step: number, level: number): void {
    const day = this.#days.at(-1);
    if (day === undefined || step < day.firstStep + this.#stepsADay / 2) return;
    this.#newDay(step, Math.min(level, day.histogram.quantile(KEPT_QUANTILE)));
  }

  /** Takes out what peaked in the steps `from` to `to`; a second time it changes nothing. */
  exclude(from: number, to: number): void {
    for (const day of this.#days) if (day.firstStep <= to && day.lastStep >= from) day.exclude(from, to);
  }

  /** The tail of the last 7 days' scores, of older ones too while those hold less than a day's rows; `null` without any. */
  fit(nowStep: number): ScoreTail | null {
    const since = nowStep - FIT_DAYS * this.#stepsADay;
    const used: ScoreDay[] = [];
    let rows = 0;
    for (const day of [...this.#days].reverse()) {
      if (day.lastStep < since && rows >= this.#stepsADay) break;
      used.push(day);
      rows += day.rows;
    }
    return fitScoreTail(used.reverse());
  }

  /** To the bit what `fromNumbers` brings back. */
  toNumbers(): number[] {
    return [this.#days.length, ...this.#days.flatMap((day) => day.toNumbers())];
  }

  static fromNumbers(reader: NumberReader, stepMs: number): ScoreHistory {
    const history = new ScoreHistory(stepMs);
    history.#days = Array.from({ length: reader.next() }, () => ScoreDay.fromNumbers(reader));
    return history;
  }

  #newDay(step: number, level: number): ScoreDay {
    this.#days.at(-1)?.end();
    const day = new ScoreDay(step, level);
    this.#days = this.#days.filter((old) => old.lastStep >= step - KEPT_DAYS * this.#stepsADay);
    const recent = this.#days.filter((old) => old.rows > 0);
    const outOfFit = recent.filter((old) => old.lastStep < step - (FIT_DAYS + 1) * this.#stepsADay);
    const rowsInFit = recent.reduce((sum, old) => sum + (outOfFit.includes(old) ? 0 : old.rows), 0);
    if (rowsInFit >= this.#stepsADay) this.#days = this.#days.filter((old) => !outOfFit.includes(old));
    this.#days.push(day);
    return day;
  }

  /**
   * A whole day above the level would be a single cluster, and say nothing of how the new level spreads. So a long
   * run begins a day of its own, clustered above the run's .8 quantile; levels below see it as the one event it is.
   */
  #levelOfShift(day: ScoreDay): number | null {
    const run = day.openCluster;
    if (run === null || run.lastStep - run.firstStep < Math.max(SHIFT_ROWS, SHIFT_SHARE * this.#stepsADay))
      return null;
    const mean = run.sum / run.rows;
    return mean + SHIFT_SDS * Math.sqrt(Math.max(0, run.sumOfSquares / run.rows - mean * mean));
  }
}
