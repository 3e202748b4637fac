import type { AlertSpec, DetectorSpec } from '../../../src/core/detector.ts';
import { stepEndMs } from '../../../src/core/step-grid.ts';
import { createState } from '../../../src/pipeline/create-state.ts';
import type { DetectorState } from '../../../src/pipeline/detector-state.ts';
import { EffectsCollector } from '../../../src/pipeline/effects-collector.ts';
import type { Alert } from '../../../src/pipeline/effects.ts';
import { newEntity, type Entity } from '../../../src/pipeline/entity.ts';
import { advanceEntityGate } from '../../../src/pipeline/entity-gate.ts';
import type { GateState } from '../../../src/pipeline/alerts/gate-state.ts';
import type { ScoredGroup } from './scored-steps.ts';

/** An alert's life as far as counting needs it, both ends inside, ms. */
export interface AlertSpan {
  readonly entity: string;
  readonly startMs: number;
  readonly endMs: number;
  /** `null` of a mere run of steps. */
  readonly alert: Alert | null;
}

/** What came of a group's scores up to one point of the way. */
export interface StageOutcome {
  readonly spans: readonly AlertSpan[];
  /** What a person counts: runs, alerts, in the end incidents. */
  readonly count: number;
  /** Messages about them: beginnings, repeats and ends; `null` before there are alerts. */
  readonly messages: number | null;
}

/** What stands between a score and a person, up to one point of the way. */
export interface AlertStage {
  readonly name: string;
  readonly outcome: (group: ScoredGroup) => StageOutcome;
}

/** So many last values of the leading feature are shown with an alert. */
const RECENT_VALUES = 24;
const NO_CONFIRM = { confirm: { steps: 1, of: 1 } };
const CONFIRM = { confirm: { steps: 3, of: 5 } };
const NO_GATES = { direction: 'both', minChange: { relative: 0, absolute: 0 } } as const;
const GATES = { direction: 'both', minChange: { relative: 0.1, absolute: 0 } } as const;

/**
 * One stage after the other, each with all before it, replayed from the same scores through the product's own alert
 * functions. A new stage is a line here.
 */
export const ALERT_STAGES: readonly AlertStage[] = [
  { name: 'raw score ≥ 1', outcome: runsAbove },
  { name: '+ newest row, five quiet', outcome: alertsOf({ ...NO_CONFIRM, ...NO_GATES }, withoutMemory) },
  { name: '+ confirm 3 of 5', outcome: alertsOf({ ...CONFIRM, ...NO_GATES }, withoutMemory) },
  { name: '+ gates (min_change 10 %)', outcome: alertsOf({ ...CONFIRM, ...GATES }, withoutMemory) },
  { name: '+ refractory', outcome: alertsOf({ ...CONFIRM, ...GATES }) },
  { name: '+ grouping', outcome: incidentsOf({ ...CONFIRM, ...GATES }) },
];

/** Every unbroken run of steps with a score of 1 or more. */
function runsAbove({ spec, steps }: ScoredGroup): StageOutcome {
  const spans: AlertSpan[] = [];
  for (const [entity, records] of steps) {
    let run: { first: number; last: number } | null = null;
    for (const { vector, scored } of records) {
      if ((scored?.score ?? 0) < 1) continue;
      if (run === null || vector.step !== run.last + 1) {
        if (run !== null) spans.push(spanOf(entity, { ...run, alert: null }, spec.stepMs));
        run = { first: vector.step, last: vector.step };
      } else run.last = vector.step;
    }
    if (run !== null) spans.push(spanOf(entity, { ...run, alert: null }, spec.stepMs));
  }
  return { spans, count: spans.length, messages: null };
}

/** What an alert that has ended leaves behind is forgotten at once. */
function withoutMemory(gate: GateState): GateState {
  return gate.open === null ? { ...gate, refractory: null } : gate;
}

/** The alerts that fire with these settings, each told by itself; `after` alters the gate's memory between two steps. */
function alertsOf(
  settings: Partial<AlertSpec>,
  after: (gate: GateState) => GateState = (gate) => gate,
): AlertStage['outcome'] {
  return (group) => {
    const { spans, effects } = throughGates(group, settings, after);
    return { spans, count: spans.length, messages: effects.notifications.length };
  };
}

/** The same alerts, told as incidents. */
function incidentsOf(settings: Partial<AlertSpec>): AlertStage['outcome'] {
  return (group) => {
    const { spans, effects } = throughGates(group, settings, (gate) => gate);
    const ids = new Set(effects.incidents.map(({ incident }) => incident.id));
    return { spans, count: ids.size, messages: effects.incidentNotifications.length };
  };
}

/** Takes a group's steps, in the order in which they end, through its entities' gates and the fold of their alerts. */
function throughGates(
  { spec, steps }: ScoredGroup,
  settings: Partial<AlertSpec>,
  after: (gate: GateState) => GateState,
): { readonly spans: readonly AlertSpan[]; readonly effects: EffectsCollector } {
  const detector = detectorOf({ ...spec, alert: { ...spec.alert, ...settings } });
  const effects = new EffectsCollector();
  const inOrder = [...steps].flatMap(([name, records]) => {
    const entity = newEntity(spec, name, { entity: name });
    const rows = Float64Array.from(records.flatMap(({ vector }) => [...vector.values]));
    return records.map((record, index) => ({ entity, record, rows: newestRows(spec, rows, index) }));
  });
  inOrder.sort((a, b) => a.record.vector.step - b.record.vector.step);
  for (const { entity, record, rows } of inOrder) {
    const { vector, scored, contributions = [] } = record;
    const clockMs = stepEndMs(vector.step, spec.stepMs);
    const step = { detector, entity, vector, rows, request: null, newestKnownMs: clockMs, clockMs };
    const score = scored === null ? null : { scored, contributions };
    advanceEntityGate(step, score, { effects, maxAlertAgeMs: Infinity });
    entity.gate = after(entity.gate);
  }
  detector.incidents.release(Infinity, effects);
  const entities = new Set(inOrder.map(({ entity }) => entity));
  return { spans: firedSpans(effects, [...entities], spec.stepMs), effects };
}

function detectorOf(spec: DetectorSpec): DetectorState {
  const [detector] = createState({
    detectors: [spec],
    restored: { marks: [], entities: [], activations: [], budgetRefits: [], exclusions: [] },
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
  }).detectors;
  if (detector === undefined) throw new Error(`no state of detector ${spec.name}`);
  return detector;
}

function newestRows({ features }: DetectorSpec, rows: Float64Array, index: number): Float64Array {
  const from = Math.max(0, index + 1 - RECENT_VALUES);
  return rows.subarray(from * features.length, (index + 1) * features.length);
}

function firedSpans(
  { transitions }: EffectsCollector,
  entities: readonly Entity[],
  stepMs: number,
): AlertSpan[] {
  const fired = new Map<string, Alert>();
  for (const { alert, to } of transitions) {
    if (to === 'firing' || to === 'resolved') fired.set(alert.id, alert);
  }
  // Of those that still fire, the gates have the newest steps.
  for (const { gate } of entities) {
    for (const alert of [gate.open, gate.shift?.alert ?? null]) {
      if (alert?.state === 'firing') fired.set(alert.id, alert);
    }
  }
  return [...fired.values()].map((alert) => {
    const first = alert.firedStep ?? alert.firstStepOver;
    return spanOf(alert.entity, { first, last: alert.lastStepOver, alert }, stepMs);
  });
}

function spanOf(
  entity: string,
  run: { readonly first: number; readonly last: number; readonly alert: Alert | null },
  stepMs: number,
): AlertSpan {
  return { entity, startMs: run.first * stepMs, endMs: run.last * stepMs, alert: run.alert };
}
