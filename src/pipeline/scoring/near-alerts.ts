import { ScoreHistogram } from '../../core/score-histogram.ts';
import type { NumberReader } from './number-bytes.ts';

/** A row further below the threshold, on the log scale, is no near alert: no offset ever reaches it. */
export const MARGIN_REACH = 1;
/** As many as end an alert. */
const QUIET_STEPS = 5;

/** One scored step, as the count of near alerts sees it. */
export interface NearStep {
  readonly step: number;
  /** S less the threshold that S would have to reach without any offset. */
  readonly margin: number;
  /** Once its score is over, nothing else keeps it from counting towards an alert. */
  readonly alertable: boolean;
  /** End of the stretch between two refits that the step lies in, ms. */
  readonly untilMs: number;
}

/** What happened between two refits. */
export interface NearTally {
  /** Scored rows whose alerts would have been delivered. */
  readonly rows: number;
  /** The margins of would-be alerts that ended there or went on: with an offset of `o` those of -o and more are alerts. */
  readonly margins: ScoreHistogram;
}

interface Stretch extends NearTally {
  readonly untilMs: number;
  rows: number;
}

/** A would-be alert under way. */
interface OpenRun {
  peak: number;
  /** The peak that it was counted with; -Infinity before. */
  counted: number;
  lastStep: number;
}

/**
 * One entity's alerts as a function of the offset: what would have been delivered, had all scores been a little higher
 * or lower. A run of rows within reach of the threshold that five quiet steps end is one of them; the margin at which
 * `confirm` would have held is its peak. Bounded: stretches are taken away as they end.
 */
export class NearAlerts {
  readonly #confirm: { readonly steps: number; readonly of: number };
  /** Of the last `confirm.of` steps, those within reach. */
  #recent: { readonly step: number; readonly margin: number }[] = [];
  #run: OpenRun | null = null;
  #stretches: Stretch[] = [];

  constructor(confirm: { readonly steps: number; readonly of: number }) {
    this.#confirm = confirm;
  }

  /** End of the oldest stretch that was not taken yet, ms; `null` without one. */
  get oldestUntilMs(): number | null {
    return this.#stretches[0]?.untilMs ?? null;
  }

  /** Adds the next step. */
  add({ step, margin, alertable, untilMs }: NearStep): void {
    const stretch = this.#stretchUntil(untilMs);
    stretch.rows += 1;
    if (this.#run !== null && step - this.#run.lastStep > QUIET_STEPS) {
      this.#count(stretch);
      this.#run = null;
    }
    if (!alertable || margin < -MARGIN_REACH) return;
    const { steps, of } = this.#confirm;
    this.#recent = this.#recent.filter((earlier) => earlier.step > step - of);
    this.#recent.push({ step, margin });
    const ranked = this.#recent.map((one) => one.margin).sort((a, b) => b - a);
    const confirmed = ranked[steps - 1] ?? -Infinity;
    if (this.#run === null) this.#run = { peak: confirmed, counted: -Infinity, lastStep: step };
    else {
      this.#run.peak = Math.max(this.#run.peak, confirmed);
      this.#run.lastStep = step;
    }
  }

  /** Takes away what ended by `untilMs`; `null` if there was no step. */
  take(untilMs: number): NearTally | null {
    const taken = this.#stretches.filter((stretch) => stretch.untilMs <= untilMs);
    const newest = taken.at(-1);
    if (newest === undefined) return null;
    if (newest === this.#stretches.at(-1)) this.#count(newest);
    this.#stretches = this.#stretches.filter((stretch) => stretch.untilMs > untilMs);
    const margins = new ScoreHistogram();
    for (const stretch of taken) margins.merge(stretch.margins);
    return { rows: taken.reduce((sum, stretch) => sum + stretch.rows, 0), margins };
  }

  /** To the bit what `fromNumbers` brings back. */
  toNumbers(): number[] {
    const recent = this.#recent.flatMap(({ step, margin }) => [step, margin]);
    const run = this.#run === null ? [0] : [1, this.#run.peak, this.#run.counted, this.#run.lastStep];
    const stretches = this.#stretches.flatMap(({ untilMs, rows, margins }) => {
      const pairs = margins.pairs();
      return [untilMs, rows, pairs.length, ...pairs];
    });
    return [recent.length, ...recent, ...run, this.#stretches.length, ...stretches];
  }

  static fromNumbers(
    reader: NumberReader,
    confirm: { readonly steps: number; readonly of: number },
  ): NearAlerts {
    const near = new NearAlerts(confirm);
    const recent = reader.list();
    for (let i = 0; i + 1 < recent.length; i += 2) {
      near.#recent.push({ step: recent[i] ?? 0, margin: recent[i + 1] ?? 0 });
    }
    if (reader.next() === 1) {
      near.#run = { peak: reader.next(), counted: reader.next(), lastStep: reader.next() };
    }
    near.#stretches = Array.from({ length: reader.next() }, () => {
      const untilMs = reader.next();
      const rows = reader.next();
      return { untilMs, rows, margins: ScoreHistogram.fromPairs(reader.list()) };
    });
    return near;
  }

  #stretchUntil(untilMs: number): Stretch {
    const newest = this.#stretches.at(-1);
    if (newest !== undefined && newest.untilMs >= untilMs) return newest;
    if (newest !== undefined) this.#count(newest);
    const stretch: Stretch = { untilMs, rows: 0, margins: new ScoreHistogram() };
    this.#stretches.push(stretch);
    return stretch;
  }

  /**
   * Counts the run under way, once more only if it has grown. What still goes on as a stretch ends counts there, with
   * what it had come to: the same whether the entity has gone on by the time that the stretch is taken or not.
   */
  #count(stretch: Stretch): void {
    const run = this.#run;
    if (run === null || run.peak <= run.counted) return;
    stretch.margins.add(run.peak);
    run.counted = run.peak;
  }
}
