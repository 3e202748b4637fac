import type { FlatlineRule } from '../../core/detector.ts';
import type { StillMemory, StillReading } from './still-memory.ts';

const DAY_MS = 86_400_000;
/** Moves are counted over so long, ms. */
const KEPT_MS = 14 * DAY_MS;
/** A day of long steps is too little to know a feature by. */
const LEAST_SEEN = 128;
/** A newcomer has moved at least so often before its cohort speaks for it. */
const LEAST_OWN = 12;
/** Shorter runs are never strange: coarse values repeat themselves. */
const LEAST_STEPS = 12;
/** So many times as long as it ever stood still before. */
const LONGER = 3;
/** A feature that moves at fewer of its steps rests by its nature: constants, counts that are 0 at night, coarse values. */
const MOVES_SHARE = 0.9;

/** The other entities of a feature's cohort: who speaks for a newcomer. */
export type CohortReadings = (feature: number) => Iterable<StillReading>;

/** What the rule needs of a detector. */
export interface StillSpec {
  readonly stepMs: number;
  readonly rule: FlatlineRule;
}

/** Steps after which counts of moves are halved. */
export function keptSteps(stepMs: number): number {
  return Math.max(4 * LEAST_SEEN, Math.ceil(KEPT_MS / stepMs));
}

/** The least run that can ever be a flatline: cheaper to ask than the rest. */
export function leastRun({ stepMs, rule }: StillSpec): number {
  return Math.max(LEAST_STEPS, Math.ceil(rule.afterMs / stepMs));
}

/** After how many equal steps a feature is stuck, and the longest that it, or for a newcomer its cohort, stood still before. */
export interface StillBar {
  readonly steps: number;
  readonly longest: number;
}

/**
 * The bar of a feature of an entity: three times the longest that it ever stood still, at least `flatline.after` and 12 steps. `null`
 * where it can't be told stuck from resting: it has been seen for less than a day and its cohort knows no better, or it does not move
 * at nine of ten steps. Measured on four labelled sets with 146 entity-weeks: one false alert (docs/alert-life.md).
 */
export function stillBar(
  memory: StillMemory,
  feature: number,
  { spec, cohort }: { readonly spec: StillSpec; readonly cohort: CohortReadings },
): StillBar | null {
  const own = memory.reading(feature);
  const wanted = Math.max(LEAST_SEEN, DAY_MS / spec.stepMs);
  let { longest } = own;
  if (!moves(own)) return null;
  if (own.seen < wanted) {
    if (own.seen < LEAST_OWN) return null;
    let known = 0;
    for (const other of cohort(feature)) {
      if (other.seen < wanted) continue;
      if (!moves(other)) return null;
      known += 1;
      longest = Math.max(longest, other.longest);
    }
    if (known === 0) return null;
  }
  return { steps: Math.max(leastRun(spec), LONGER * longest), longest };
}

function moves({ seen, moved }: StillReading): boolean {
  return seen > 0 && moved >= MOVES_SHARE * seen;
}
