import type { DetectorSpec } from '../../core/detector.ts';
import { LONGEST_FILLED_GAP } from '../series/entity-series.ts';
import type { EntityRules } from './entity-rules.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So far back newcomers are counted, ms. */
const LOOKED_BACK_MS = 7 * DAY_MS;
/** More newcomers than one, and than this share of all entities: identities come and go. */
const NEWCOMERS_SHARE = 0.1;

/** An entity as far as this is about. */
export interface Identity {
  readonly cohort: string;
  readonly rules: Pick<EntityRules, 'seenFromStep' | 'lastStep'>;
}

/**
 * What `absence: auto` knows of how a detector's entities come and go, at one step. Those that go leave little behind; newcomers are
 * still there to be counted, and where identities churn they come before, or soon after, the old ones go: pods of a rollout, an
 * autoscaled group.
 */
export class IdentityChurn {
  readonly #entities: readonly Identity[];
  readonly #stepMs: number;
  readonly #newcomers: number;
  /** Who was seen last before it is silent. */
  readonly #silentBefore: number;

  constructor({ stepMs }: Pick<DetectorSpec, 'stepMs'>, entities: readonly Identity[], step: number) {
    this.#entities = entities;
    this.#stepMs = stepMs;
    this.#silentBefore = step - LONGEST_FILLED_GAP;
    const since = entities.map(({ rules }) => rules.seenFromStep ?? Infinity);
    // On its first day a detector meets those that have long been there.
    const first = since.reduce((least, one) => Math.min(least, one), Infinity) + DAY_MS / stepMs;
    const from = Math.max(first, step - LOOKED_BACK_MS / stepMs);
    this.#newcomers = since.filter((one) => one > from && one < Infinity).length;
  }

  /** Whether more than one entity, and more than a tenth of all, came within the last week. */
  get isHigh(): boolean {
    return this.#newcomers > Math.max(1, NEWCOMERS_SHARE * this.#entities.length);
  }

  /**
   * Whether newcomers have taken the place of one that went silent after `lastStep`: in its cohort no fewer came, from an hour before
   * on, than fell silent from then on.
   */
  isReplaced(cohort: string, lastStep: number): boolean {
    const from = lastStep - HOUR_MS / this.#stepMs;
    const own = this.#entities.filter((one) => one.cohort === cohort);
    const came = own.filter(({ rules }) => (rules.seenFromStep ?? -Infinity) >= from).length;
    if (came === 0) return false;
    const gone = own.filter(({ rules: { lastStep: last, seenFromStep } }) => {
      return last !== null && last >= from && last < this.#silentBefore && (seenFromStep ?? from) < from;
    }).length;
    return came >= gone;
  }
}
