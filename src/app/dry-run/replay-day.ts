import type { DetectorSpec } from '../../core/detector.ts';
import type { DecodedRecord, RecordSlice } from '../../core/records.ts';
import type { Labels, Sample } from '../../core/sample.ts';
import { labelsOfKey } from '../../pipeline/alerts/incident-group.ts';
import type { KeptStep } from '../../pipeline/checkpoint.ts';
import { createState } from '../../pipeline/create-state.ts';
import type { Alert, Effects } from '../../pipeline/effects.ts';
import { resumeEntity } from '../../pipeline/explain/recall-entity.ts';
import { historyRows } from '../../pipeline/row-history.ts';
import type { PipelineState } from '../../pipeline/pipeline-state.ts';
import { step } from '../../pipeline/step.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { cronTimes } from '../../config/cron-times.ts';
import { firedSpans, type FiredSpan } from '../fired-alerts.ts';
import type { LoadedModel } from '../open-model.ts';

/** What is played. */
export interface DayPlan {
  /** As it is to judge. */
  readonly spec: DetectorSpec;
  /** As the store has it. */
  readonly kept: DetectorSpec;
  readonly model: LoadedModel;
  readonly entities: readonly string[];
  /** Both ends included. */
  readonly fromStep: number;
  readonly toStep: number;
}

/** What a detector would have told. */
export interface PlayedDay {
  readonly alerts: readonly FiredSpan[];
  /** Messages to people. */
  readonly incidents: number;
  readonly steps: number;
  /** The oldest one; Infinity without any. */
  readonly firstStep: number;
}

const SOURCE = 'recent';
/** So many kept steps are in memory at once. */
const STEPS_AT_ONCE = 200_000;
/** So many are given to the pipeline in one call. */
const ROWS_PER_SLICE = 2000;
/** Alerts that are looked through for those that fired when the day began. */
const MOST_ALERTS = 10_000;

/**
 * Plays kept vectors through the pipeline once more, as a detector with this model would have judged them: from what the store knew
 * of each entity when they began, with thresholds held as they are now, and as if it told people whatever its mode.
 */
export function playDay(store: StoreReader, plan: DayPlan): PlayedDay {
  const { spec, kept, entities, fromStep, toStep } = plan;
  const state = stateBefore(store, plan);
  const labels = labelsByEntity(state);
  const seen: Pick<Effects, 'transitions'>[] = [];
  const told = new Set<string>();
  let [steps, offset, firstStep] = [0, 0, Infinity];
  const stretch = Math.max(1, Math.floor(STEPS_AT_ONCE / Math.max(1, entities.length)));
  for (let first = fromStep; first <= toStep; first += stretch) {
    const range = { fromStep: first, toStep: Math.min(toStep, first + stretch - 1) };
    const rows = entities
      .flatMap((entity) =>
        store
          .keptSteps(kept, entity, range)
          .filter(isFresh)
          .map((one) => ({ entity, one })),
      )
      .sort((a, b) => a.one.step - b.one.step);
    steps += rows.length;
    firstStep = Math.min(firstStep, rows[0]?.one.step ?? Infinity);
    for (let at = 0; at < rows.length; at += ROWS_PER_SLICE) {
      const part = rows.slice(at, at + ROWS_PER_SLICE);
      const records = part.map(({ entity, one }, index) =>
        recordOf(spec, one, { labels: labels.get(entity) ?? {}, offset: offset + index }),
      );
      const effects = step(state, [{ kind: 'records', slice: sliceOf(records, offset) }]);
      offset += records.length;
      seen.push({ transitions: effects.transitions });
      for (const { incident } of effects.incidents) if (incident.deliver) told.add(incident.id);
    }
  }
  const alerts = firedSpans(seen, spec.stepMs, toStep * spec.stepMs);
  return { alerts, incidents: told.size, steps, firstStep };
}

/** One that had samples: what was only carried over is filled again. */
function isFresh({ raw, filled }: KeptStep): boolean {
  return !(filled && Number.isNaN(raw));
}

function stateBefore(store: StoreReader, { spec, kept, model, entities, fromStep }: DayPlan): PipelineState {
  const refit = store.readJudging(spec.name).budgetRefits.at(-1);
  const state = createState({
    detectors: [fromVectors(spec)],
    restored: {
      marks: [],
      entities: [],
      activations: [{ detector: spec.name, version: model.model.version, effectiveStep: 0 }],
      budgetRefits: refit === undefined ? [] : [{ ...refit, effectiveStep: 0 }],
      exclusions: [],
      windows: store.quietWindows(),
    },
    models: [model],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
    cronTimes,
  });
  const [detector] = state.detectors;
  if (detector === undefined) throw new Error(`no state of detector ${spec.name}`);
  const alerts = alertsByEntity(store, spec);
  const reach = Math.max(historyRows(spec), historyRows(kept));
  for (const entity of entities) {
    const history = store.readHistory(kept, entity, { fromStep: fromStep - reach, toStep: fromStep - 1 });
    if (history === null) continue;
    resumeEntity(detector, { ...history, alerts: alerts.get(entity) ?? [] }, fromStep);
  }
  return state;
}

/**
 * The same detector on vectors: every feature is a gauge that comes in order, under its own name. Absences and flatlines are not
 * played: what their rules knew when the day began is not kept.
 */
function fromVectors(spec: DetectorSpec): DetectorSpec {
  const features = spec.features.map((feature) => ({
    ...feature,
    metric: feature.name,
    where: [],
    as: 'gauge' as const,
    aggregate: 'mean' as const,
  }));
  const { absence: _absence, flatline: _flatline, ...alert } = spec.alert;
  return { ...spec, alert, features, source: null, select: [], mode: 'alert', allowedLatenessMs: 0 };
}

function alertsByEntity(store: StoreReader, { name }: DetectorSpec): Map<string, Alert[]> {
  const byEntity = new Map<string, Alert[]>();
  for (const { alert } of store.listAlerts({ detector: name, limit: MOST_ALERTS }).reverse()) {
    const known = byEntity.get(alert.entity);
    if (known === undefined) byEntity.set(alert.entity, [alert]);
    else known.push(alert);
  }
  return byEntity;
}

/** What the samples of each entity carry: its own labels and its cohort's. */
function labelsByEntity({ detectors }: PipelineState): Map<string, Labels> {
  return new Map(
    detectors.flatMap(({ spec, entities }) =>
      [...entities.values()].map((entity) => [
        entity.key,
        { ...labelsOfKey(spec.cohort, entity.cohort), ...entity.labels },
      ]),
    ),
  );
}

function recordOf(
  { features, stepMs }: DetectorSpec,
  { step: number, values }: KeptStep,
  { labels, offset }: { readonly labels: Labels; readonly offset: number },
): DecodedRecord {
  const timeMs = number * stepMs;
  const samples: Sample[] = [];
  features.forEach(({ name }, column) => {
    const value = values[column] ?? Number.NaN;
    if (!Number.isNaN(value)) samples.push({ metric: name, labels, timeMs, value });
  });
  return { offset, timeMs, samples };
}

function sliceOf(records: readonly DecodedRecord[], firstOffset: number): RecordSlice {
  return {
    source: SOURCE,
    topic: SOURCE,
    partition: 0,
    firstOffset,
    nextOffset: firstOffset + records.length,
    records,
    deadLetters: [],
  };
}
