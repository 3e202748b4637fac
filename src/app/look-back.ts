import type { DetectorSpec } from '../core/detector.ts';
import { stepEndMs, stepOf } from '../core/step-grid.ts';
import type { WindowSubject } from '../pipeline/alerts/quiet-window.ts';
import { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import { subjectOf } from '../pipeline/quiet-entities.ts';
import { createState } from '../pipeline/create-state.ts';
import { explainStep } from '../pipeline/explain/explain-step.ts';
import type { KeptHistory } from '../pipeline/explain/kept-history.ts';
import { replayKept, type ReplayedStep } from '../pipeline/explain/replay-kept.ts';
import { seriesStep } from '../pipeline/explain/series-step.ts';
import type { Alert } from '../pipeline/effects.ts';
import type { StepExplanation } from '../pipeline/explain/step-explanation.ts';
import type { EntitySteps, ExplainQuery, StepsQuery } from '../server/views/entity-steps.ts';
import type { AlertRecord } from '../store/alert-repository.ts';
import { cronTimes } from '../config/cron-times.ts';
import type { LookBackModels } from './look-back-models.ts';
import { absenceText, faultNotes, scoredAlerts } from './faults-then.ts';
import { detectorOf, historyAt, timeOf, type KeptSource } from './find-kept.ts';
import { LookBackRefusal } from './look-back-refusal.ts';

/** What looking back reads from. */
export interface LookBack extends KeptSource {
  readonly models: Pick<LookBackModels, 'inUse'>;
}

/** The most steps that one answer holds; of a longer range the newest. */
const MOST_STEPS = 2000;
/** So many steps before the one asked for are taken through the gate again at most. */
const MOST_REPLAYED = 5000;
const ALERTS_READ = 200;

/** Why an alert did or did not fire at a time, `null` for the newest. Throws a {@link LookBackRefusal} that says what there is instead. */
export async function explainAt(from: LookBack, query: ExplainQuery): Promise<StepExplanation> {
  const spec = detectorOf(from, query.detector);
  const atMs = query.at === null ? Infinity : timeOf(query.at, 'at');
  const records = from.store.listAlerts({ detector: spec.name, entity: query.entity, limit: ALERTS_READ });
  const history = whileThere(records, stepOf(atMs, spec.stepMs), () =>
    historyAt(from, spec, query.entity, stepOf(atMs, spec.stepMs)),
  );
  const step = history.kept.at(-1)?.step ?? 0;
  const alerts = scoredAlerts(records).toSorted((a, b) => a.firstStepOver - b.firstStepOver);
  const fromStep = gateStart(spec, history, alerts);
  const withEnds = { ...history, acceptedSteps: acceptedSteps(records), alerts };
  const { replayed, usedThen } = await replay(from, spec, { history: withEnds, fromStep });
  const last = replayed.at(-1);
  if (last === undefined) throw new Error(`step ${step} of ${spec.name} / ${query.entity} was not replayed`);
  const quiet = quietAt(from, spec, { key: query.entity, cohort: history.cohort, step });
  const faults = faultNotes(records, { step, isNewest: query.at === null });
  return explainStep(last, { spec, entity: query.entity, labels: history.labels, usedThen, quiet, faults });
}

/** A step that is not there is best explained by an absence that people were told of. */
function whileThere(records: readonly AlertRecord[], step: number, read: () => KeptHistory): KeptHistory {
  try {
    return read();
  } catch (error) {
    const absence = Number.isFinite(step) ? absenceText(records, step) : null;
    if (!(error instanceof LookBackRefusal) || absence === null) throw error;
    throw new LookBackRefusal('unknown', `${absence} ${error.message}`);
  }
}

/** The mute or maintenance that an entity's step lies in, as it was known then. */
function quietAt(
  { store }: LookBack,
  spec: DetectorSpec,
  { key, cohort, step }: { readonly key: string; readonly cohort: string; readonly step: number },
): string | null {
  const windows = store.quietWindows();
  const subject = (): WindowSubject => subjectOf(spec, { key, cohort });
  const atMs = stepEndMs(step, spec.stepMs);
  const found = windows.find((window) => new QuietWindows(cronTimes, [window]).holdsBack(subject, atMs));
  if (found === undefined) return null;
  const { kind, id, comment } = found;
  return `${kind === 'mute' ? 'muted' : 'maintenance'} (${[id, comment].filter((part) => part !== '').join(': ')}): on record, not delivered`;
}

/** Seen against expected over a range, at most 2 000 steps. Throws a {@link LookBackRefusal} as `explainAt` does. */
export async function stepsBetween(from: LookBack, query: StepsQuery): Promise<EntitySteps> {
  const spec = detectorOf(from, query.detector);
  const { stepMs } = spec;
  const toMs = query.to === null ? Infinity : timeOf(query.to, 'to');
  const fromMs = query.from === null ? -Infinity : timeOf(query.from, 'from');
  if (fromMs > toMs) throw new LookBackRefusal('refused', `"from" is after "to"; turn them round.`);
  const history = historyAt(from, spec, query.entity, stepOf(toMs, stepMs), 'before');
  const inRange = history.kept.filter(({ step }) => step >= stepOf(fromMs, stepMs));
  const wanted = inRange.slice(-MOST_STEPS);
  const fromStep = wanted[0]?.step ?? Infinity;
  const { replayed } = await replay(from, spec, { history, fromStep });
  const toStep = wanted.at(-1)?.step ?? -Infinity;
  return {
    detector: spec.name,
    entity: query.entity,
    labels: history.labels,
    stepMs,
    features: spec.features.map(({ name, unit }) => ({ feature: name, unit })),
    truncated: wanted.length < inRange.length,
    steps: replayed.map((one) => seriesStep(one, spec)),
    alerts: from.store
      .listAlerts({ detector: spec.name, entity: query.entity, limit: ALERTS_READ })
      .filter(({ alert }) => alert.firstStepOver <= toStep && (alert.resolvedStep ?? Infinity) >= fromStep)
      .map(({ alert }) => ({
        id: alert.id,
        kind: alert.kind,
        state: alert.state,
        fromMs: alert.firstStepOver * stepMs,
        toMs: alert.state === 'resolved' ? (alert.lastStepOver + 1) * stepMs : null,
      })),
  };
}

/** When alerts ended because their level was accepted. */
function acceptedSteps(records: readonly AlertRecord[]): number[] {
  return records.flatMap(({ alert: { resolution, resolvedStep } }) =>
    resolution === 'accepted' && resolvedStep !== null ? [resolvedStep] : [],
  );
}

/** Where the gate's replay begins: before what it may still remember at the last step. */
function gateStart(spec: DetectorSpec, { kept }: KeptHistory, alerts: readonly Alert[]): number {
  const last = kept.at(-1)?.step ?? 0;
  const latest = alerts.reduce((newest, { firstStepOver }) => {
    return firstStepOver <= last ? Math.max(newest, firstStepOver) : newest;
  }, -Infinity);
  const margin = 2 * Math.max(...spec.windows) + spec.alert.confirm.of;
  return Math.max(Math.min(last, Number.isFinite(latest) ? latest : last) - margin, last - MOST_REPLAYED);
}

async function replay(
  { store, models }: LookBack,
  spec: DetectorSpec,
  { history, fromStep }: { readonly history: KeptHistory; readonly fromStep: number },
): Promise<{ readonly replayed: readonly ReplayedStep[]; readonly usedThen: boolean }> {
  const toStep = history.kept.at(-1)?.step ?? 0;
  const then = await models.inUse(store, spec, { fromStep, toStep });
  const refit = cronTimes(spec.calibration.schedule, spec.training.timezone);
  const { detectors } = createState({
    detectors: [spec],
    restored: {
      ...store.readJudging(spec.name),
      marks: [],
      entities: [],
      activations: then.activations,
    },
    models: then.models,
    nextRefitMs: (_detector, afterMs) => refit(afterMs),
    maxAlertAgeMs: Infinity,
  });
  const [detector] = detectors;
  if (detector === undefined) throw new Error(`no state of detector ${spec.name}`);
  const replayed: ReplayedStep[] = [];
  for (const batch of replayKept(detector, history, fromStep)) {
    replayed.push(...batch);
    // Others of this thread go on between two calls of the model.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { replayed, usedThen: then.usedThen };
}
