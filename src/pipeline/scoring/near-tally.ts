import { LEVEL_COUNT, NO_LEVEL } from './margin-levels.ts';
import type { NearFiring } from './near-firing.ts';

/** So many would-be alerts of an entity are known one by one between two refits. */
const MOST_FIRINGS = 32;

/** What happened to one entity between two refits: bounded, whatever it did. */
export class NearTally {
  /** End of the stretch, ms. */
  readonly untilMs: number;
  /** Scored rows whose alerts would have been delivered. */
  rows: number;
  readonly #firings: NearFiring[];
  #alone: number[] | null;

  constructor(
    untilMs: number,
    known: { rows: number; firings: NearFiring[]; alone: number[] } | null = null,
  ) {
    this.untilMs = untilMs;
    this.rows = known?.rows ?? 0;
    this.#firings = known?.firings ?? [];
    this.#alone = known === null || known.alone.length === 0 ? null : known.alone;
  }

  /** Would-be alerts that ended there or went on. */
  get firings(): readonly NearFiring[] {
    return this.#firings;
  }

  /** Of those that were too many, how many fired at each level: they count as incidents of their own. Empty: none. */
  get alone(): readonly number[] {
    return this.#alone ?? [];
  }

  /** Adds a would-be alert. Of too many the lowest, which few offsets let fire, is only counted. */
  add(firing: NearFiring): void {
    this.#firings.push(firing);
    if (this.#firings.length <= MOST_FIRINGS) return;
    let lowest = 0;
    this.#firings.forEach((one, at) => {
      if (highestOf(one) < highestOf(this.#firings[lowest] ?? one)) lowest = at;
    });
    const [taken] = this.#firings.splice(lowest, 1);
    if (taken === undefined || taken.goesOn) return;
    const alone = (this.#alone ??= new Array<number>(LEVEL_COUNT).fill(0));
    for (let level = taken.from; level <= taken.to; level++) alone[level] = (alone[level] ?? 0) + 1;
  }
}

function highestOf({ to, goesOn }: NearFiring): number {
  return goesOn ? NO_LEVEL : to;
}
