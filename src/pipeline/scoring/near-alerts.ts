import { levelReached, MARGIN_REACH, NO_LEVEL } from './margin-levels.ts';
import { firingNumbers, firingsOf, QUIET_STEPS, type NearFiring } from './near-firing.ts';
import { NearTally } from './near-tally.ts';
import type { NumberReader } from './number-bytes.ts';

/** One scored step, as the count of near alerts sees it. */
export interface NearStep {
  readonly step: number;
  /** S less the threshold that S would have to reach without any offset. */
  readonly margin: number;
  /** So far below the threshold S may be before an alert sees a quiet step. */
  readonly leaveGap: number;
  /** Once its score is over, nothing else keeps it from counting towards an alert. */
  readonly alertable: boolean;
  /** End of the stretch between two refits that the step lies in, ms. */
  readonly untilMs: number;
}

type Confirm = Readonly<Record<'steps' | 'of', number>>;

/** A step that may yet count. */
interface RecentStep {
  readonly step: number;
  readonly margin: number;
  /** The margin above which alerts would have gone on with it. */
  readonly kept: number;
}

/**
 * One entity's would-be alerts: what would have been delivered, had all scores been a little higher or lower, and when. At
 * each level of margins one fires when `confirm` holds for it, and ends after five quiet steps; as whatever fires at a level
 * fires at all those below it, the highest that fires now is all that has to be known. Bounded: stretches are taken away as
 * they end.
 */
export class NearAlerts {
  readonly #confirm: Confirm;
  #recent: RecentStep[] = [];
  /** Would-be alerts fire now at this level and those below it. */
  #level = NO_LEVEL;
  /** In order of their first levels: those that fire now. */
  #open: NearFiring[] = [];
  #stretches: NearTally[] = [];

  constructor(confirm: Confirm) {
    this.#confirm = confirm;
  }

  /** End of the oldest stretch that was not taken yet, ms; `null` without one. */
  get oldestUntilMs(): number | null {
    return this.#stretches[0]?.untilMs ?? null;
  }

  /** Adds the next step. */
  add({ step, margin, leaveGap, alertable, untilMs }: NearStep): void {
    const stretch = this.#stretchUntil(untilMs);
    stretch.rows += 1;
    const { steps, of } = this.#confirm;
    this.#recent = this.#recent.filter((earlier) => earlier.step >= step - Math.max(QUIET_STEPS, of - 1));
    this.#fall(step, stretch);
    const kept = margin + leaveGap;
    if (!alertable || kept < -MARGIN_REACH) return;
    this.#recent.push({ step, margin, kept });
    const confirming = this.#recent.filter((earlier) => earlier.step > step - of);
    const ranked = confirming.map((one) => one.margin).sort((a, b) => b - a);
    // What is not over itself makes no alert fire.
    this.#rise(step, levelReached(Math.min(margin, ranked[steps - 1] ?? -Infinity)));
    const keptLevel = levelReached(kept);
    this.#open = this.#open.map((one) => (one.from <= keptLevel ? { ...one, lastStep: step } : one));
  }

  /** Takes away what ended by `untilMs`, one a stretch, oldest first. */
  take(untilMs: number): NearTally[] {
    const taken = this.#stretches.filter((stretch) => stretch.untilMs <= untilMs);
    const newest = taken.at(-1);
    if (newest !== undefined && newest === this.#stretches.at(-1)) this.#count(newest);
    this.#stretches = this.#stretches.filter((stretch) => stretch.untilMs > untilMs);
    return taken;
  }

  /** To the bit what `fromNumbers` brings back. */
  toNumbers(): number[] {
    const recent = this.#recent.flatMap(({ step, margin, kept }) => [step, margin, kept]);
    const open = firingNumbers(this.#open);
    const stretches = this.#stretches.flatMap(({ untilMs, rows, firings, alone }) => {
      const numbers = firingNumbers(firings);
      return [untilMs, rows, numbers.length, ...numbers, alone.length, ...alone];
    });
    const now = [recent.length, ...recent, this.#level, open.length, ...open];
    return [...now, this.#stretches.length, ...stretches];
  }

  static fromNumbers(reader: NumberReader, confirm: Confirm): NearAlerts {
    const near = new NearAlerts(confirm);
    const recent = reader.list();
    for (let at = 0; at + 2 < recent.length; at += 3) {
      const [step = 0, margin = 0, kept = 0] = recent.slice(at, at + 3);
      near.#recent.push({ step, margin, kept });
    }
    near.#level = reader.next();
    near.#open = firingsOf(reader.list());
    near.#stretches = Array.from({ length: reader.next() }, () => {
      const [untilMs, rows] = [reader.next(), reader.next()];
      return new NearTally(untilMs, { rows, firings: firingsOf(reader.list()), alone: reader.list() });
    });
    return near;
  }

  /**
   * What earlier versions kept: of a would-be alert its peak and no times, and of a stretch only margins. All begins anew,
   * since what they counted can't be made incidents of: a stretch without rows is not asked for either.
   */
  static fromOldNumbers(reader: NumberReader, confirm: Confirm): NearAlerts {
    const near = new NearAlerts(confirm);
    reader.list();
    if (reader.next() === 1) {
      const [peak, , lastStep] = [reader.next(), reader.next(), reader.next()];
      near.#level = levelReached(peak);
      near.#recent.push({ step: lastStep, margin: peak, kept: peak });
    }
    near.#stretches = Array.from({ length: reader.next() }, () => {
      const [untilMs] = [reader.next(), reader.next(), reader.list()];
      return new NearTally(untilMs);
    });
    return near;
  }

  #stretchUntil(untilMs: number): NearTally {
    const newest = this.#stretches.at(-1);
    if (newest !== undefined && newest.untilMs >= untilMs) return newest;
    if (newest !== undefined) this.#count(newest);
    const stretch = new NearTally(untilMs);
    this.#stretches.push(stretch);
    return stretch;
  }

  /** Ends what the five steps before this one did not keep going. */
  #fall(step: number, stretch: NearTally): void {
    if (this.#level === NO_LEVEL) return;
    const kept = this.#recent.reduce(
      (most, one) => (one.step >= step - QUIET_STEPS ? Math.max(most, one.kept) : most),
      -Infinity,
    );
    this.#level = Math.min(this.#level, levelReached(kept));
    for (const one of this.#open) if (one.from > this.#level) addTo(stretch, one);
    this.#open = this.#open.filter(({ from }) => from <= this.#level);
  }

  #rise(step: number, level: number): void {
    if (level <= this.#level) return;
    const from = this.#level + 1;
    this.#level = level;
    const newest = this.#open.at(-1);
    // What rises within minutes fires as one: alerts are grouped by them.
    const isOne =
      newest !== undefined && !newest.goesOn && newest.to === from - 1 && step - newest.step <= QUIET_STEPS;
    if (isOne) this.#open[this.#open.length - 1] = { ...newest, to: level };
    else this.#open.push({ step, from, to: level, lastStep: step, goesOn: false });
  }

  /**
   * Counts what fires as a stretch ends: the same whether the entity has gone on by the time that the stretch is taken or
   * not. In the next one it only goes on, and counts for the levels that it rises to there.
   */
  #count(stretch: NearTally): void {
    for (const one of this.#open) addTo(stretch, one);
    const lastStep = this.#recent.at(-1)?.step;
    this.#open =
      this.#level === NO_LEVEL || lastStep === undefined
        ? []
        : [{ step: lastStep, from: 0, to: this.#level, lastStep, goesOn: true }];
  }
}

/** What has not gone on since it was counted says nothing more. */
function addTo(stretch: NearTally, firing: NearFiring): void {
  if (!firing.goesOn || firing.lastStep > firing.step) stretch.add(firing);
}
