import type { DetectorSpec } from '../../core/detector.ts';
import type { CarriedIncidents } from '../alerts/incident-count.ts';
import { LEVEL_COUNT, levelOfOffset, OFFSET_RANGE, offsetOfLevel } from './margin-levels.ts';

const DAY_MS = 86_400_000;
/** ln 1.2: no day makes a detector more than a fifth more or less sensitive. */
const MOST_MOVE_A_DAY = Math.log(1.2);
/** Counts this many standard deviations of four weeks' budget off are no accident. */
const SPREADS = 2;

/** What a detector did between two refits. */
export interface BudgetDay {
  readonly untilMs: number;
  /** Incidents that the budget allowed for the rows that were scored. */
  readonly asked: number;
  /**
   * How many incidents began, by the level of margins from which on alerts would have fired (`margin-levels`). Absent in
   * rows of versions that counted each entity's alerts: such a day says nothing.
   */
  readonly incidents?: readonly number[];
}

/** A detector's terms from `effectiveStep` on, and what they rest on: a row, so that a replay repeats it. */
export interface BudgetRefit {
  readonly detector: string;
  /** The boundary of `calibration.schedule` up to which everything was counted, ms. */
  readonly atMs: number;
  readonly effectiveStep: number;
  /** Added to S before it is held against an entity's tail. */
  readonly offset: number;
  /** Entities with a scored row since the refit before: they share a detector-wide budget. */
  readonly entities: number;
  /** Oldest first, at most 28 days of them. */
  readonly days: readonly BudgetDay[];
  /** Incidents that what follows may still belong to; absent in rows of earlier versions. */
  readonly carried?: readonly CarriedIncidents[];
}

/** What was gathered of all entities since the refit before. */
export interface BudgetGathered {
  readonly entities: number;
  readonly rows: number;
  /** By level. */
  readonly incidents: readonly number[];
  readonly carried: readonly CarriedIncidents[];
}

export interface BudgetRefitInput {
  readonly spec: Pick<DetectorSpec, 'name' | 'stepMs' | 'alert'>;
  readonly previous: BudgetRefit | null;
  readonly atMs: number;
  readonly effectiveStep: number;
  readonly gathered: BudgetGathered;
  /** Delivered incidents of the last 28 days that are not to be counted: some alert of theirs is labelled *real*. */
  readonly forgiven: number;
}

/** How far back incidents count, ms. */
export const BUDGET_WINDOW_MS = 28 * DAY_MS;

/**
 * Stage (b) of DESIGN §5.6: moves the offset so that the incidents of the last 28 days come back to the budget, unless
 * they are as near to it as chance would have them. Days that are not yet there count as kept to the budget. A budget of each
 * entity is counted over all of them, an incident once for each that is part of it.
 */
export function refitBudget(input: BudgetRefitInput): BudgetRefit {
  const { spec, previous, atMs, effectiveStep, gathered } = input;
  const { count, perMs, scope } = spec.alert.budget;
  const sharers = scope === 'entity' ? 1 : gathered.entities;
  const day: BudgetDay = {
    untilMs: atMs,
    asked: (count * spec.stepMs * gathered.rows) / (perMs * sharers),
    incidents: gathered.incidents,
  };
  const days = [...(previous?.days ?? []), day].filter(
    ({ untilMs, incidents }) => untilMs > atMs - BUDGET_WINDOW_MS && incidents !== undefined,
  );
  const offset = previous?.offset ?? 0;
  const aMonth = (count * BUDGET_WINDOW_MS * (scope === 'entity' ? gathered.entities : 1)) / perMs;
  const asked = input.forgiven + days.reduce((sum, one) => sum + one.asked, 0);
  const wanted = wantedOffset(days, offset, { asked, spread: SPREADS * Math.sqrt(aMonth) });
  const watchedMs = (gathered.rows * spec.stepMs) / gathered.entities;
  const move = MOST_MOVE_A_DAY * Math.min(1, watchedMs / DAY_MS);
  return {
    detector: spec.name,
    atMs,
    effectiveStep,
    offset: within(within(wanted, offset - move, offset + move), OFFSET_RANGE.least, OFFSET_RANGE.most),
    entities: gathered.entities,
    days,
    carried: gathered.carried,
  };
}

/** The offset nearest to the present one with which the days' incidents would have been within `spread` of what was asked. */
function wantedOffset(
  days: readonly BudgetDay[],
  offset: number,
  { asked, spread }: { readonly asked: number; readonly spread: number },
): number {
  const incidentsAt = (level: number): number =>
    days.reduce((sum, { incidents }) => sum + (incidents?.[level] ?? 0), 0);
  const present = levelOfOffset(offset);
  const had = incidentsAt(present);
  if (had > asked + spread) {
    for (let level = present + 1; level < LEVEL_COUNT; level++) {
      if (incidentsAt(level) <= asked + spread) return Math.min(offset, offsetOfLevel(level));
    }
    return OFFSET_RANGE.least;
  }
  if (had < asked - spread) {
    for (let level = present - 1; level >= 0; level--) {
      if (incidentsAt(level) >= asked - spread) return Math.max(offset, offsetOfLevel(level));
    }
    return OFFSET_RANGE.most;
  }
  return offset;
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
