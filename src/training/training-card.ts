import type { DetectorSpec } from '../core/detector.ts';
import type { ModelCard } from '../model/model-card.ts';
import { lnBudgetRate } from '../pipeline/scoring/budget-rate.ts';
import { EntityCalibration } from '../pipeline/scoring/entity-calibration.ts';
import type { HoldOutScores, InitialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import { cohortTail } from '../pipeline/scoring/initial-calibrations.ts';
import type { ChosenRows } from './choose-rows.ts';
import type { FaultResult } from './self-test.ts';
import type { PromotionResult } from './promotion-gate.ts';

/** The rows that a model was made from. Times are Unix ms. */
export interface TrainingData {
  readonly fromMs: number;
  readonly toMs: number;
  readonly entities: number;
  readonly rows: number;
  readonly holdOutRows: number;
  /** Rows left out by reason, e.g. `alert_in_quarantine`, `labelled_real`, `too_short`. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Where the first threshold lies: S at score 1, over entities. */
export interface ThresholdCard {
  readonly method: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Share of hold-out rows above their entity's threshold. */
  readonly holdOutShareOver: number;
}

/** The model room's card and what training knows beside it. */
export interface TrainingCard extends ModelCard {
  /** Version that was in use when this one was trained; `null` for the first. */
  readonly parent: string | null;
  readonly data: TrainingData;
  readonly threshold: ThresholdCard;
  readonly promotion: PromotionResult;
  /** Which injected faults would have fired an alert; empty if it was not tried, absent in cards of earlier versions. */
  readonly selfTest?: readonly FaultResult[];
}

/** Sums up what was chosen; `chosen` has at least one row. */
export function describeData(chosen: readonly ChosenRows[], stepMs: number): TrainingData {
  const leftOut: Record<string, number> = {};
  let [from, to, rows, holdOutRows] = [Infinity, -Infinity, 0, 0];
  for (const one of chosen) {
    for (const [reason, count] of Object.entries(one.leftOut))
      leftOut[reason] = (leftOut[reason] ?? 0) + count;
    rows += one.rows;
    for (const { firstStep, count } of one.stretches) {
      from = Math.min(from, firstStep);
      to = Math.max(to, firstStep + count);
      holdOutRows += Math.max(0, firstStep + count - Math.max(firstStep, one.holdOutFrom));
    }
  }
  const entities = chosen.filter((one) => one.rows > 0).length;
  return { fromMs: from * stepMs, toMs: to * stepMs, entities, rows, holdOutRows, leftOut };
}

/** Finds each entity's first threshold, as the live path would start with it. */
export function describeThreshold(
  scores: readonly HoldOutScores[],
  calibrations: InitialCalibrations,
  spec: Pick<DetectorSpec, 'stepMs' | 'alert'>,
): ThresholdCard {
  const lnBudget = lnBudgetRate(spec, calibrations.entityCount);
  let [over, rows] = [0, 0];
  const thresholds = scores.flatMap(({ entity, cohort, raw }) => {
    const bytes = calibrations.entities.get(entity);
    if (bytes === undefined) return [];
    const setting = {
      stepMs: spec.stepMs,
      cohort: cohortTail(calibrations, cohort),
      nextRefitMs: () => Infinity,
      excluded: () => [],
    };
    const threshold = EntityCalibration.fromBytes(bytes, setting).threshold(lnBudget);
    over += raw.filter((score) => score >= threshold).length;
    rows += raw.length;
    return [threshold];
  });
  const sorted = thresholds.sort((a, b) => a - b);
  return {
    method: 'peaks over threshold on declustered hold-out log scores',
    median: sorted[sorted.length >> 1] ?? Number.NaN,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    holdOutShareOver: rows === 0 ? 0 : over / rows,
  };
}
