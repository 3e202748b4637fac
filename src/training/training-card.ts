import type { DetectorSpec } from '../core/detector.ts';
import type { ModelCard } from '../model/model-card.ts';
import { lnBudgetRate } from '../pipeline/scoring/budget-rate.ts';
import { EntityCalibration } from '../pipeline/scoring/entity-calibration.ts';
import type { HoldOutScores, InitialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import { cohortStandIn } from '../pipeline/scoring/initial-calibrations.ts';
import type { ChosenRows } from './choose-rows.ts';
import type { FaultResult } from './self-test.ts';
import type { PromotionResult } from './promotion-gate.ts';
import type { HoldOutResult } from './score-hold-out.ts';

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
  /** A 90 % interval around that of the entity in the middle, from how few clusters its tail rests on. */
  readonly interval: readonly [number, number] | null;
  /** Share of hold-out rows above their entity's threshold. */
  readonly holdOutShareOver: number;
}

/** The model room's card and what training knows beside it. */
export interface TrainingCard extends ModelCard {
  /** Version that was in use when this one was trained; `null` for the first. */
  readonly parent: string | null;
  readonly data: TrainingData;
  readonly threshold: ThresholdCard;
  /** How far each feature was off when rebuilt on hold-out, root mean square in units of its own spread, over entities; empty without members. */
  readonly holdOutErrors: readonly { readonly feature: string; readonly error: number }[];
  /** Median log score on hold-out: what a day of normal rows has. */
  readonly usualScore: number;
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
  spec: Pick<DetectorSpec, 'stepMs' | 'alert' | 'training'>,
): ThresholdCard {
  const lnBudget = lnBudgetRate(spec, calibrations.entityCount);
  let [over, rows] = [0, 0];
  const thresholds = scores.flatMap(({ entity, cohort, raw }) => {
    const bytes = calibrations.entities.get(entity);
    if (bytes === undefined) return [];
    const setting = {
      stepMs: spec.stepMs,
      timezone: spec.training.timezone,
      ...cohortStandIn(calibrations, cohort),
      nextRefitMs: () => Infinity,
      excluded: () => [],
    };
    const calibration = EntityCalibration.fromBytes(bytes, setting);
    const threshold = calibration.threshold(lnBudget);
    over += raw.filter((score) => score >= threshold).length;
    rows += raw.length;
    return [{ threshold, reach: calibration.thresholdReach(lnBudget) }];
  });
  const sorted = thresholds.sort((a, b) => a.threshold - b.threshold);
  const middle = sorted[sorted.length >> 1];
  return {
    method: 'peaks over threshold on declustered hold-out log scores',
    median: middle?.threshold ?? Number.NaN,
    least: sorted[0]?.threshold ?? Number.NaN,
    most: sorted.at(-1)?.threshold ?? Number.NaN,
    interval:
      middle === undefined ? null : [middle.threshold - middle.reach, middle.threshold + middle.reach],
    holdOutShareOver: rows === 0 ? 0 : over / rows,
  };
}

/** Averages what each feature was off by over entities, each counting once. */
export function describeErrors(
  scores: readonly HoldOutResult[],
  features: readonly string[],
): TrainingCard['holdOutErrors'] {
  const squares = scores.map(({ residuals }) => residuals.overall()).filter((one) => !one.some(Number.isNaN));
  if (squares.length === 0) return [];
  return features.map((feature, j) => {
    const mean = squares.reduce((sum, one) => sum + (one[j] ?? 0), 0) / squares.length;
    return { feature, error: Math.sqrt(mean) };
  });
}
