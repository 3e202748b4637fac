import type { AlertSpec, DetectorSpec } from '../../../src/core/detector.ts';
import { advanceGate } from '../../../src/pipeline/alerts/advance-gate.ts';
import { newGateState, type GateInput, type GateState } from '../../../src/pipeline/alerts/gate-state.ts';
import type { Alert, StepRecord } from '../../../src/pipeline/effects.ts';
import type { ScoredGroup } from './scored-steps.ts';

/** An alert's life as far as counting needs it, both ends inside, ms. */
export interface AlertSpan {
  readonly entity: string;
  readonly startMs: number;
  readonly endMs: number;
  /** `null` of a mere run of steps. */
  readonly alert: Alert | null;
}

/** What stands between a score and a person, up to one point of the way. */
export interface AlertStage {
  readonly name: string;
  readonly spans: (group: ScoredGroup) => AlertSpan[];
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
  { name: 'raw score ≥ 1', spans: runsAbove },
  { name: '+ newest row, five quiet', spans: through({ ...NO_CONFIRM, ...NO_GATES }, withoutMemory) },
  { name: '+ confirm 3 of 5', spans: through({ ...CONFIRM, ...NO_GATES }, withoutMemory) },
  { name: '+ gates (min_change 10 %)', spans: through({ ...CONFIRM, ...GATES }, withoutMemory) },
  { name: '+ refractory', spans: through({ ...CONFIRM, ...GATES }) },
];

/** Every unbroken run of steps with a score of 1 or more. */
function runsAbove({ spec, steps }: ScoredGroup): AlertSpan[] {
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
  return spans;
}

/** What an alert that has ended leaves behind is forgotten at once. */
function withoutMemory(gate: GateState): GateState {
  return gate.open === null ? { ...gate, refractory: null } : gate;
}

/** The alerts that fire with these settings; `after` alters the gate's memory between two steps. */
function through(
  settings: Partial<AlertSpec>,
  after: (gate: GateState) => GateState = (gate) => gate,
): AlertStage['spans'] {
  return ({ spec, steps }) => {
    const altered = { ...spec, alert: { ...spec.alert, ...settings } };
    return [...steps].flatMap(([entity, records]) => {
      const context = { spec: altered, entity, labels: { entity }, maxAlertAgeMs: Infinity };
      const fired = new Map<string, Alert>();
      let gate = newGateState();
      for (const [index, record] of records.entries()) {
        const recent = (feature: string): number[] =>
          recentValues(spec, records.slice(0, index + 1), feature);
        const outcome = advanceGate(context, gate, gateInput(record, recent));
        gate = after(outcome.gate);
        for (const { alert, to } of outcome.transitions) {
          if (to === 'firing' || to === 'resolved') fired.set(alert.id, alert);
        }
      }
      // Of one that still fires, the gate has the newest steps.
      if (gate.open?.state === 'firing') fired.set(gate.open.id, gate.open);
      return [...fired.values()].map((alert) => {
        const first = alert.firedStep ?? alert.firstStepOver;
        return spanOf(entity, { first, last: alert.lastStepOver, alert }, spec.stepMs);
      });
    });
  };
}

function recentValues(spec: DetectorSpec, records: readonly StepRecord[], feature: string): number[] {
  const column = spec.features.findIndex(({ name }) => name === feature);
  return records.slice(-RECENT_VALUES).map(({ vector }) => vector.values[column] ?? Number.NaN);
}

function gateInput(
  { vector, scored, contributions = [] }: StepRecord,
  recent: (feature: string) => readonly number[],
): GateInput {
  return { step: vector.step, scored, contributions, recent, newestKnownMs: -Infinity };
}

function spanOf(
  entity: string,
  run: { readonly first: number; readonly last: number; readonly alert: Alert | null },
  stepMs: number,
): AlertSpan {
  return { entity, startMs: run.first * stepMs, endMs: run.last * stepMs, alert: run.alert };
}
