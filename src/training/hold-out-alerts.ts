import type { DetectorSpec } from '../core/detector.ts';
import { advanceGate } from '../pipeline/alerts/advance-gate.ts';
import { newGateState, type GateContext } from '../pipeline/alerts/gate-state.ts';
import { passesChange } from '../pipeline/alerts/passes-gates.ts';
import { lnBudgetRate } from '../pipeline/scoring/budget-rate.ts';
import { EntityCalibration } from '../pipeline/scoring/entity-calibration.ts';
import type { InitialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import { cohortStandIn, initialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';
import type { HoldOutResult } from './score-hold-out.ts';

const DAY_MS = 86_400_000;

/** Alerts that a model would have raised on the newer half of its hold-out, and how many the budget has for it. */
export interface HoldOutAlerts {
  readonly raised: number;
  readonly budgeted: number;
}

/**
 * Counts alerts through the gates: thresholds from the older half of the hold-out, refit daily as in the live path, tried on the
 * newer half, so that no threshold has seen what it is tried on. `null` if there is too little to halve.
 */
export function holdOutAlerts(results: readonly HoldOutResult[], spec: DetectorSpec): HoldOutAlerts | null {
  const older = results.map((one) => part(one, 0, one.raw.length >> 1));
  const newer = results.map((one) => part(one, one.raw.length >> 1, one.raw.length));
  if (older.every(({ raw }) => raw.length === 0)) return null;
  const calibrations = initialCalibrations(older, { stepMs: spec.stepMs, timezone: spec.training.timezone });
  const lnBudget = lnBudgetRate(spec, calibrations.entityCount);
  const raised = newer.reduce((sum, one) => sum + alertsOf(one, spec, { calibrations, lnBudget }), 0);
  const rows = newer.reduce((sum, { raw }) => sum + raw.length, 0);
  return { raised, budgeted: Math.exp(lnBudget) * rows };
}

type Rows = Pick<HoldOutResult, 'entity' | 'cohort' | 'steps' | 'raw' | 'culprits'>;

function part({ entity, cohort, steps, raw, culprits }: HoldOutResult, from: number, to: number): Rows {
  return {
    entity,
    cohort,
    steps: steps.slice(from, to),
    raw: raw.slice(from, to),
    culprits: culprits.slice(from, to),
  };
}

function alertsOf(
  { entity, cohort, steps, raw, culprits }: Rows,
  spec: DetectorSpec,
  { calibrations, lnBudget }: { readonly calibrations: InitialCalibrations; readonly lnBudget: number },
): number {
  const bytes = calibrations.entities.get(entity);
  const setting = {
    stepMs: spec.stepMs,
    timezone: spec.training.timezone,
    ...cohortStandIn(calibrations, cohort),
    nextRefitMs: (afterMs: number) => (Math.floor(afterMs / DAY_MS) + 1) * DAY_MS,
    excluded: () => [],
  };
  const calibration =
    bytes === undefined ? new EntityCalibration(setting) : EntityCalibration.fromBytes(bytes, setting);
  // Of the hold-out only leading features are known.
  const alert = { ...spec.alert, minFeatures: 1 };
  const context: GateContext = { spec: { ...spec, alert }, entity, labels: {}, maxAlertAgeMs: Infinity };
  let gate = newGateState();
  let raised = 0;
  steps.forEach((step, i) => {
    calibration.advance(step);
    const s = raw[i] ?? 0;
    const culprit = culprits[i] ?? null;
    const score = calibration.score(s, lnBudget);
    const isUnusual = culprit !== null && !calibration.isUsualHour(step, s);
    calibration.add(step, s);
    const outcome = advanceGate(context, gate, {
      step,
      scored: {
        detector: spec.name,
        entity,
        step,
        modelVersion: '',
        raw: s,
        score,
        scoreWithoutGuards: score,
        over: score >= 1 && isUnusual,
        rowUnusual: isUnusual,
        alertable: isUnusual && passesChange(spec, culprit),
        provisional: false,
      },
      contributions: culprit === null ? [] : [culprit],
      recent: () => [],
      newestKnownMs: step * spec.stepMs,
    });
    gate = outcome.gate;
    raised += outcome.transitions.filter(({ from, to }) => from === 'pending' && to === 'firing').length;
  });
  return raised;
}
