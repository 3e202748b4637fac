import type { ScoreTail } from '../../core/score-tail.ts';
import { lnRateAbove, WANTED_CLUSTERS } from '../../core/score-tail.ts';
import { thresholdError } from '../../core/threshold-error.ts';
import { NumberReader, packNumbers } from './number-bytes.ts';
import { ScoreHistory } from './score-history.ts';
import { readTail, tailNumbers } from './tail-numbers.ts';
import type { HourProfile } from './usual-hours.ts';
import { UsualHours } from './usual-hours.ts';

const FORMAT = 3;
/** The same without usual hours. */
const FORMAT_WITHOUT_HOURS = 2;
const DAY_MS = 86_400_000;
const MOST_SCORE = 10;
const THRESHOLD_REACH: readonly [number, number] = [-5, 30];
/** With so many days of own rows the cohort has no say any more. */
const OWN_DAYS = 2;
const SETTLED_DAYS = 5;
/** The normal distribution's .95 quantile. */
const INTERVAL_SDS = 1.645;
/** Of the budget in force and of the one to come, that of an alert's beginning and that of its end. */
const MOST_THRESHOLDS = 4;
/** A calibration is written at least this often, so that a restart has few kept steps to add again. */
const ROW_EVERY_MS = 4 * 3_600_000;

/** What calibrating needs beside an entity's own scores. */
export interface CalibrationSetting {
  readonly stepMs: number;
  /** The tail of the cohort's hold-out scores, which stands in as long as the own one is thin. */
  readonly cohort: ScoreTail;
  /** What the cohort's scores usually come to by the hour, which stands in likewise; `null` where nobody knows. */
  readonly cohortHours: HourProfile | null;
  /** Of the hours: an IANA name. */
  readonly timezone: string;
  /** When, after a time, the next refit is due (event time, ms). */
  readonly nextRefitMs: (afterMs: number) => number;
  /** Stretches of steps, both ends inclusive, that a refit at a step must leave out. */
  readonly excluded: (atStep: number) => readonly { readonly fromStep: number; readonly toStep: number }[];
}

/** One entity's tail p(S): learns from each score added, refits in event time, bounded in memory (DESIGN §5.6 a). */
export class EntityCalibration {
  readonly #setting: CalibrationSetting;
  #history: ScoreHistory;
  #hours: UsualHours;
  #own: ScoreTail | null = null;
  /** Was not provisional once: a refit that tells fewer clusters apart does not make it so again. */
  #settled = false;
  #nextRefitMs = Number.NaN;
  #lastRowMs = -Infinity;
  /** By ln p_budget, of this refit. */
  readonly #thresholds = new Map<number, number>();

  constructor(setting: CalibrationSetting) {
    this.#setting = setting;
    this.#history = new ScoreHistory(setting.stepMs);
    this.#hours = new UsualHours(hoursOf(setting));
  }

  /** Newest step added; -1 before the first. */
  get upToStep(): number {
    return this.#history.upToStep;
  }

  /** The own tail as of the last refit, `null` without one. */
  get own(): ScoreTail | null {
    return this.#own;
  }

  /** When the next refit is due, event time in ms; NaN before the first step. */
  get nextRefitMs(): number {
    return this.#nextRefitMs;
  }

  /**
   * The tail is thin: own and cohort's rows are less than a day, or have fewer than 20 clusters although they vary. With
   * five days of own rows it is as well known as it will ever be.
   */
  get provisional(): boolean {
    if (this.#settled) return false;
    const { cohort } = this.#setting;
    const ownRows = this.#own?.rows ?? 0;
    if (ownRows + cohort.rows < this.#stepsADay) return true;
    if (ownRows >= SETTLED_DAYS * this.#stepsADay || (this.#own ?? cohort).flat) return false;
    return (this.#own?.clusters ?? 0) + cohort.clusters < WANTED_CLUSTERS;
  }

  /** Due at the first score, after each refit and every four hours of event time; asked for between batches. */
  get rowDue(): boolean {
    return this.upToStep >= 0 && this.upToStep * this.#setting.stepMs - this.#lastRowMs >= ROW_EVERY_MS;
  }

  /** The state up to now is in a row: the next one is due later. */
  rowWritten(): void {
    this.#lastRowMs = this.upToStep * this.#setting.stepMs;
  }

  /** What has just happened must not be lost to a restart: a row is due at once. */
  rowWanted(): void {
    this.#lastRowMs = -Infinity;
  }

  /** Refits if the step has crossed the boundary. To be called before the step is scored. */
  advance(step: number): void {
    const timeMs = step * this.#setting.stepMs;
    if (timeMs >= this.#nextRefitMs) this.refit(step);
    if (!(timeMs < this.#nextRefitMs)) this.#nextRefitMs = this.#setting.nextRefitMs(timeMs);
  }

  /** No refit any more: what comes is only tried on the threshold as it is. */
  hold(): void {
    this.#nextRefitMs = Infinity;
  }

  /** Adds the score of a step; steps not newer than the newest are left out, since they are in it already. */
  add(step: number, raw: number): void {
    if (step <= this.upToStep) return;
    this.#history.add(step, raw, this.#level);
    this.#hours.add(step, raw);
  }

  /** Whether S is no more than this hour brings each night or week anyway. */
  isUsualHour(step: number, raw: number): boolean {
    return raw <= this.#hours.bar(step);
  }

  /** What its scores usually come to by the hour. */
  hourProfile(): HourProfile {
    return this.#hours.profile();
  }

  /** Fits the own tail again from the scores of the 7 days before `step`, without those excluded by now. */
  refit(step: number): void {
    for (const { fromStep, toStep } of this.#setting.excluded(step)) {
      this.#history.exclude(fromStep, toStep);
      this.#hours.exclude(fromStep, toStep);
    }
    this.#settled = this.#own !== null && !this.provisional;
    this.#own = this.#history.fit(step);
    this.#thresholds.clear();
    this.#history.turn(step, this.#level);
    this.#lastRowMs = -Infinity;
  }

  /** ln p(S): own and cohort's tails, mixed by how much the own one rests on. Never rises with `raw`. */
  lnRate(raw: number): number {
    const weight = this.#ownWeight();
    const own = this.#own === null || weight === 0 ? 0 : weight * lnRateAbove(this.#own, raw);
    return weight === 1 ? own : own + (1 - weight) * lnRateAbove(this.#setting.cohort, raw);
  }

  /** ln p(S) / ln p_budget within 0…10; 1 is the threshold that the budget buys. */
  score(raw: number, lnBudget: number): number {
    return Math.min(MOST_SCORE, Math.max(0, this.lnRate(raw) / lnBudget));
  }

  /** The least S that scores 1. */
  threshold(lnBudget: number): number {
    const known = this.#thresholds.get(lnBudget);
    if (known !== undefined) return known;
    const raw = this.#findThreshold(lnBudget);
    // Those of a budget that has changed are not asked for again.
    if (this.#thresholds.size >= MOST_THRESHOLDS) this.#thresholds.clear();
    this.#thresholds.set(lnBudget, raw);
    return raw;
  }

  /** How far a 90 % interval reaches to either side of the threshold: by the own tail or, as long as there is none, the cohort's. */
  thresholdReach(lnBudget: number): number {
    return INTERVAL_SDS * thresholdError(this.#own ?? this.#setting.cohort, lnBudget);
  }

  #findThreshold(lnBudget: number): number {
    let [low, high] = THRESHOLD_REACH;
    for (let halving = 0; halving < 40; halving++) {
      const middle = (low + high) / 2;
      if (this.score(middle, lnBudget) >= 1) high = middle;
      else low = middle;
    }
    return high;
  }

  /** The whole state; `fromBytes` and the scores after `upToStep` make it again, to the bit. */
  toBytes(): Uint8Array {
    return packNumbers([
      FORMAT,
      Number(this.#settled),
      this.#nextRefitMs,
      ...tailNumbers(this.#own),
      ...this.#history.toNumbers(),
      ...this.#hours.toNumbers(),
    ]);
  }

  static fromBytes(bytes: Uint8Array, setting: CalibrationSetting): EntityCalibration {
    return EntityCalibration.read(new NumberReader(bytes), setting);
  }

  /** Reads what `toBytes` wrote, from where the reader is. */
  static read(reader: NumberReader, setting: CalibrationSetting): EntityCalibration {
    const format = reader.next();
    if (format !== FORMAT && format !== FORMAT_WITHOUT_HOURS) {
      throw new Error(
        `calibration of format ${format} was found, this version reads ${FORMAT}; train the model again`,
      );
    }
    const calibration = new EntityCalibration(setting);
    calibration.#settled = reader.next() === 1;
    calibration.#nextRefitMs = reader.next();
    calibration.#own = readTail(reader);
    calibration.#history = ScoreHistory.fromNumbers(reader, setting.stepMs);
    if (format === FORMAT) calibration.#hours = UsualHours.fromNumbers(reader, hoursOf(setting));
    return calibration;
  }

  get #stepsADay(): number {
    return DAY_MS / this.#setting.stepMs;
  }

  get #level(): number {
    return (this.#own ?? this.#setting.cohort).keptQuantile;
  }

  /** By rows, not clusters: a new level has few clusters at first, and must not be judged by the cohort for that. */
  #ownWeight(): number {
    return this.#own === null ? 0 : Math.min(1, this.#own.rows / (OWN_DAYS * this.#stepsADay));
  }
}

function hoursOf({ stepMs, timezone, cohortHours }: CalibrationSetting) {
  return { stepMs, timezone, cohort: cohortHours };
}
