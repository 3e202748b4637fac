import type { DetectorSpec } from '../core/detector.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import { chooseRows, type ChosenRows } from './choose-rows.ts';
import { scoreHoldOut, type HoldOutResult } from './score-hold-out.ts';
import type { ExcludedSpan, TrainingEntity } from './training-input.ts';

const DAY_MS = 86_400_000;
/** With so many days of own rows no threshold is provisional, so that none becomes so by a promotion. */
const LEAST_DAYS = 5;

export interface RecentScoring {
  readonly spec: DetectorSpec;
  readonly excluded: readonly ExcludedSpan[];
  /** What the model was judged by, of each entity that had rows to learn from. */
  readonly holdOut: readonly HoldOutResult[];
  /** Whether thresholds are in use that these will take the place of. */
  readonly isChallenger: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Scores what a model's thresholds begin with: rows from the hold-out on, as the live path would have. Unlike training it keeps the alerts that nobody
 * called real or planned (DESIGN §5.4): the thresholds in use know them too, and would else fall at a promotion. A challenger whose
 * hold-out is shorter than five days goes back into rows that it has learned from.
 */
export async function scoreRecent(
  model: ScoringModel,
  entities: readonly { readonly rows: TrainingEntity; readonly chosen: ChosenRows }[],
  { spec, excluded, holdOut, isChallenger, signal }: RecentScoring,
): Promise<HoldOutResult[]> {
  const labelled = excluded.filter(({ reason }) => reason.startsWith('labelled_'));
  const leastRows = isChallenger ? (LEAST_DAYS * DAY_MS) / spec.stepMs : 0;
  const known = new Map(holdOut.map((one) => [one.entity, one]));
  const results: HoldOutResult[] = [];
  for (const { rows, chosen } of entities) {
    const judged = known.get(rows.entity);
    const normal = chooseRows(rows, labelled, spec);
    if (judged !== undefined && normal.rows === chosen.rows && judged.raw.length >= leastRows) {
      results.push(judged);
    } else if (normal.rows > 0) {
      const holdOutFrom = Math.min(chosen.holdOutFrom, stepFromEnd(normal, leastRows), normal.holdOutFrom);
      const options = { spec, ...(signal !== undefined && { signal }) };
      results.push(await scoreHoldOut(model, { ...normal, holdOutFrom }, options));
    }
  }
  return results;
}

/** The step from which on there are so many rows; the first one if there are fewer. */
function stepFromEnd({ stretches }: ChosenRows, rows: number): number {
  let left = rows;
  for (const { firstStep, count } of [...stretches].reverse()) {
    if (left <= count) return firstStep + count - left;
    left -= count;
  }
  return stretches[0]?.firstStep ?? Infinity;
}
