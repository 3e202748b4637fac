import type { DetectorSpec } from '../../core/detector.ts';
import { ScoreHistogram } from '../../core/score-histogram.ts';
import { MARGIN_REACH } from './near-alerts.ts';

const DAY_MS = 86_400_000;
/** ln 1.2: no day makes a detector more than a fifth more or less sensitive. */
const MOST_MOVE_A_DAY = Math.log(1.2);
/** Counts this many standard deviations of four weeks' budget off are no accident. */
const SPREADS = 2;
/** Upwards, what lies further below the threshold is not known; downwards, e² times the usual error has to be seen. */
const OFFSET_RANGE = { least: -2, most: MARGIN_REACH };

/** What a detector did between two refits. */
export interface BudgetDay {
  readonly untilMs: number;
  /** Alerts that the budget allowed for the rows that were scored. */
  readonly asked: number;
  /** Margins of would-be alerts as pairs (bin centre, count); see `NearTally`. */
  readonly margins: readonly number[];
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
}

/** What was gathered of all entities since the refit before. */
export interface BudgetGathered {
  readonly entities: number;
  readonly rows: number;
  readonly margins: ScoreHistogram;
}

export interface BudgetRefitInput {
  readonly spec: Pick<DetectorSpec, 'name' | 'stepMs' | 'alert'>;
  readonly previous: BudgetRefit | null;
  readonly atMs: number;
  readonly effectiveStep: number;
  readonly gathered: BudgetGathered;
  /** Delivered alerts of the last 28 days that are not to be counted, being labelled *real*. */
  readonly forgiven: number;
}

/** How far back alerts count, ms. */
export const BUDGET_WINDOW_MS = 28 * DAY_MS;

/**
 * Stage (b) of DESIGN §5.6: moves the offset so that the alerts of the last 28 days come back to the budget, unless they
 * are as near to it as chance would have them. Days that are not yet there count as kept to the budget.
 */
export function refitBudget(input: BudgetRefitInput): BudgetRefit {
  const { spec, previous, atMs, effectiveStep, gathered } = input;
  const { count, perMs, scope } = spec.alert.budget;
  const sharers = scope === 'entity' ? 1 : gathered.entities;
  const day: BudgetDay = {
    untilMs: atMs,
    asked: (count * spec.stepMs * gathered.rows) / (perMs * sharers),
    margins: gathered.margins.pairs(),
  };
  const days = [...(previous?.days ?? []), day].filter(({ untilMs }) => untilMs > atMs - BUDGET_WINDOW_MS);
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
  };
}

/** The offset nearest to the present one with which the days' alerts would have been within `spread` of what was asked. */
function wantedOffset(
  days: readonly BudgetDay[],
  offset: number,
  { asked, spread }: { readonly asked: number; readonly spread: number },
): number {
  const all = new ScoreHistogram();
  for (const { margins } of days) all.merge(ScoreHistogram.fromPairs(margins));
  const largestFirst = all.bins().reverse();
  const had = largestFirst.reduce((sum, bin) => sum + (bin.centre + offset >= 0 ? bin.count : 0), 0);
  const most = asked + spread;
  const least = asked - spread;
  let alerts = 0;
  if (had > most) {
    for (const { centre, count, width } of largestFirst) {
      alerts += count;
      // This bin would be too much: its rows stay just below the threshold.
      if (alerts > most) return Math.min(offset, -(centre + width / 2));
    }
  } else if (had < least) {
    for (const { centre, count, width } of largestFirst) {
      alerts += count;
      if (alerts >= least) return Math.max(offset, -(centre - width / 2));
    }
    return OFFSET_RANGE.most;
  }
  return offset;
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
