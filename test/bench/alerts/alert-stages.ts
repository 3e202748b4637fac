import type { AlertSpec } from '../../../src/core/detector.ts';
import { advanceGate } from '../../../src/pipeline/alerts/advance-gate.ts';
import { newGateState, type GateState } from '../../../src/pipeline/alerts/gate-state.ts';
import type { Alert, StepRecord } from '../../../src/pipeline/effects.ts';
import type { ScoredGroup } from './scored-steps.ts';

/** An alert's life as far as counting needs it, both ends inside, ms. */
export interface AlertSpan {
  readonly entity: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What stands between a score and a person, up to one point of the way. */
export interface AlertStage {
  readonly name: string;
  readonly spans: (group: ScoredGroup) => AlertSpan[];
}

const NO_CONFIRM = { confirm: { steps: 1, of: 1 } };
const CONFIRM = { confirm: { steps: 3, of: 5 } };
const NO_GATES = { direction: 'both', minChange: 0 } as const;
const GATES = { direction: 'both', minChange: 0.1 } as const;

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
        if (run !== null) spans.push(spanOf(entity, run, spec.stepMs));
        run = { first: vector.step, last: vector.step };
      } else run.last = vector.step;
    }
    if (run !== null) spans.push(spanOf(entity, run, spec.stepMs));
  }
  return spans;
}

/** What an alert that has ended leaves behind is forgotten at once. */
function withoutMemory(gate: GateState): GateState {
  return gate.open === null ? { ...gate, wake: null } : gate;
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
      for (const record of records) {
        const outcome = advanceGate(context, gate, gateInput(record));
        gate = after(outcome.gate);
        for (const { alert, to } of outcome.transitions) {
          if (to === 'firing' || to === 'resolved') fired.set(alert.id, alert);
        }
      }
      // Of one that still fires, the gate has the newest steps.
      if (gate.open?.state === 'firing') fired.set(gate.open.id, gate.open);
      return [...fired.values()].map((alert) =>
        spanOf(
          entity,
          { first: alert.firedStep ?? alert.firstStepOver, last: alert.lastStepOver },
          spec.stepMs,
        ),
      );
    });
  };
}

function gateInput({ vector, scored, contributions = [] }: StepRecord) {
  return { step: vector.step, scored, contributions, recent: () => [], newestKnownMs: -Infinity };
}

function spanOf(
  entity: string,
  run: { readonly first: number; readonly last: number },
  stepMs: number,
): AlertSpan {
  return { entity, startMs: run.first * stepMs, endMs: run.last * stepMs };
}
