import type { Alert, Contribution, ScoredStep } from '../effects.ts';
import { alertId } from './alert-id.ts';
import { passesGates } from './passes-gates.ts';
import type { GateContext, GateInput, OverStep } from './gate-state.ts';

/** An alert names at most so many features; the rest of the error is spread thin. */
const contributionsKept = 8;

const isJsonSafe = ({ ratio, seen, expected }: Contribution): boolean =>
  Number.isFinite(ratio) && Number.isFinite(seen) && Number.isFinite(expected);

/** What an alert keeps of a step over. Features without a value or expectation are left out: JSON has no NaN. */
export function overStep(context: GateContext, scored: ScoredStep, input: GateInput): OverStep {
  const contributions = input.contributions.filter(isJsonSafe).slice(0, contributionsKept);
  return {
    step: scored.step,
    kind: scored.scoreWithoutGuards < 1 ? 'range' : 'anomaly',
    score: scored.score,
    raw: scored.raw,
    provisional: scored.provisional,
    wanted: passesGates(context.spec, contributions),
    modelVersion: scored.modelVersion,
    contributions,
  };
}

/** An alert as far as its worst steps decide it. */
export type Peak = Pick<Alert, 'peakScore' | 'peakStep' | 'contributions' | 'modelVersion'> & {
  readonly peakRaw: number;
};

const peakAt = (over: OverStep): Peak => ({
  peakScore: over.score,
  peakStep: over.step,
  peakRaw: over.raw,
  contributions: over.contributions,
  modelVersion: over.modelVersion,
});

const offBy = ({ seen, expected }: Contribution): number => seen - expected;

/** Whether a value is further off on the same side: on its way back the forecast lags, and the usual looks like the other side's worst. */
const isFurtherOff = (now: Contribution, before: Contribution): boolean =>
  Math.sign(offBy(now)) === Math.sign(offBy(before)) && Math.abs(offBy(now)) > Math.abs(offBy(before));

/**
 * The peak after one more step over. The score's peak and the step that tells most are not the same: a forecast
 * follows a new level within a few steps, so seen against expected is kept from when the culprit was furthest off.
 */
export function raisePeak(peak: Peak, over: OverStep): Peak {
  const worse = over.score > peak.peakScore || (over.score === peak.peakScore && over.raw > peak.peakRaw);
  const [before] = peak.contributions;
  const [now] = over.contributions;
  const sameCulprit = before !== undefined && now !== undefined && before.feature === now.feature;
  const tellsMore = sameCulprit ? isFurtherOff(now, before) : worse;
  return {
    ...(worse ? peakAt(over) : peak),
    contributions: tellsMore ? over.contributions : peak.contributions,
  };
}

/** The leading feature's last values as the alert shows them; what it had if they are not known. */
export function recentOf(alert: Alert, input: GateInput | null): Alert['recent'] {
  const culprit = alert.contributions[0];
  if (input === null || culprit === undefined) return alert.recent;
  return input.recent(culprit.feature).map((value) => (Number.isFinite(value) ? value : null));
}

/** The pending alert that `overs` make, and its raw peak: id, kind and onset come from the first of them. */
export function pendingAlert(
  context: GateContext,
  overs: readonly [OverStep, ...OverStep[]],
): { readonly alert: Alert; readonly peakRaw: number } {
  const [first, ...later] = overs;
  const newest = later[later.length - 1] ?? first;
  const { peakRaw, ...peak } = later.reduce(raisePeak, peakAt(first));
  const identity = {
    detector: context.spec.name,
    entity: context.entity,
    kind: first.kind,
    firstStepOver: first.step,
  };
  const alert: Alert = {
    ...identity,
    id: alertId(identity),
    labels: context.labels,
    severity: context.spec.alert.severity,
    state: 'pending',
    provisional: newest.provisional,
    firedStep: null,
    lastStepOver: newest.step,
    resolvedStep: null,
    resolution: null,
    notified: false,
    ...peak,
    recent: [],
  };
  return { alert, peakRaw };
}
