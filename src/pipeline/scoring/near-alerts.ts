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
  /** The margins of would-be alerts that ended there: with an offset of `o` those of -o and more are alerts. */
  readonly margins: ScoreHistogram;
}

interface Stretch extends NearTally {
  readonly untilMs: number;
  rows: number;
}

/** A would-be alert under way. */
interface OpenRun {
  peak: number;
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
    const run = this.#run;
    if (run !== null && step - run.lastStep > QUIET_STEPS) {
      // Counted where its end was seen, so that a stretch is the same however far the entity has come since.
      if (run.peak > -Infinity) stretch.margins.add(run.peak);
      this.#run = null;
    }
    if (!alertable || margin < -MARGIN_REACH) return;
    const { steps, of } = this.#confirm;
    this.#recent = this.#recent.filter((earlier) => earlier.step > step - of);
    this.#recent.push({ step, margin });
    const ranked = this.#recent.map((one) => one.margin).sort((a, b) => b - a);
    const confirmed = ranked[steps - 1] ?? -Infinity;
    if (this.#run === null) this.#run = { peak: confirmed, lastStep: step };
    else {
      this.#run.peak = Math.max(this.#run.peak, confirmed);
      this.#run.lastStep = step;
    }
  }

  /** Takes away what ended by `untilMs`; `null` if there was no step. */
  take(untilMs: number): NearTally | null {
    const taken = this.#stretches.filter((stretch) => stretch.untilMs <= untilMs);
    if (taken.length === 0) return null;
    this.#stretches = this.#stretches.filter((stretch) => stretch.untilMs > untilMs);
    const margins = new ScoreHistogram();
    for (const stretch of taken) margins.merge(stretch.margins);
    return { rows: taken.reduce((sum, stretch) => sum + stretch.rows, 0), margins };
  }

  /** To the bit what `fromNumbers` brings back. */
  toNumbers(): number[] {
    const recent = this.#recent.flatMap(({ step, margin }) => [step, margin]);
    const run = this.#run === null ? [0] : [1, this.#run.peak, this.#run.lastStep];
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
    if (reader.next() === 1) near.#run = { peak: reader.next(), lastStep: reader.next() };
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
    const stretch: Stretch = { untilMs, rows: 0, margins: new ScoreHistogram() };
    this.#stretches.push(stretch);
    return stretch;
  }
}
