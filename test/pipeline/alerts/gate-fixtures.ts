import type { DetectorSpec } from '../../../src/core/detector.ts';
import { advanceGate } from '../../../src/pipeline/alerts/advance-gate.ts';
import {
  newGateState,
  type GateContext,
  type GateInput,
  type GateState,
} from '../../../src/pipeline/alerts/gate-state.ts';
import type {
  AlertNotification,
  AlertTransition,
  Contribution,
  ScoredStep,
} from '../../../src/pipeline/effects.ts';
import { testDetector } from '../../support/detector-spec.ts';
import { fc } from '../../support/properties.ts';

export const stepMs = 15_000;

export const spec: DetectorSpec = testDetector({
  stepMs,
  model: { type: 'linear', layers: [] },
  training: { spanMs: 1, quarantineMs: 1, minSteps: 100 },
});

export const context: GateContext = {
  spec,
  entity: 'db-3',
  labels: { instance: 'db-3' },
  maxAlertAgeMs: 3_600_000,
};

/** Steps of half an hour, so that a fifth of a day is ten steps over; windows of 4 and 8. */
export const slow: GateContext = {
  ...context,
  spec: { ...spec, stepMs: 1_800_000, windows: [4, 8] },
  maxAlertAgeMs: Infinity,
};

export const culprit: Contribution = {
  feature: 'latency',
  unit: 's',
  ratio: 0.8,
  seen: 4,
  expected: 1,
  range: null,
};

/**
 * `o` over, `q` quiet, `h` over 0.8 and unusual but not over, `s` over 1 with a quiet newest row, `l` the same at the level that
 * the alert saw, `.` not scored.
 */
export type StepLetter = 'o' | 'q' | 'h' | 's' | 'l' | '.';

const scores: Readonly<Record<StepLetter, Pick<ScoredStep, 'score' | 'over' | 'rowUnusual'> | null>> = {
  o: { score: 2, over: true, rowUnusual: true },
  q: { score: 0.3, over: false, rowUnusual: false },
  h: { score: 0.9, over: false, rowUnusual: true },
  s: { score: 3, over: false, rowUnusual: false },
  l: { score: 3, over: false, rowUnusual: false },
  '.': null,
};

/** A step of the given sort. */
export function inputAt(step: number, letter: StepLetter, change: Partial<ScoredStep> = {}): GateInput {
  const sort = scores[letter];
  return {
    step,
    scored: sort && {
      detector: 'hosts',
      entity: 'db-3',
      step,
      modelVersion: 'm1',
      raw: sort.score,
      scoreWithoutGuards: sort.score,
      alertable: sort.rowUnusual,
      provisional: false,
      ...sort,
      ...change,
    },
    contributions: [culprit],
    recent: () => [1, Number.NaN, 'ohl'.includes(letter) ? culprit.seen : culprit.expected],
    newestKnownMs: (step + 1) * stepMs,
    threshold: 1,
  };
}

export interface Lived {
  readonly gate: GateState;
  readonly transitions: readonly AlertTransition[];
  readonly notifications: readonly AlertNotification[];
}

/** Takes steps one by one through a gate. */
export function live(
  inputs: readonly GateInput[],
  from: GateContext = context,
  start = newGateState(),
): Lived {
  let gate = start;
  const transitions: AlertTransition[] = [];
  const notifications: AlertNotification[] = [];
  for (const input of inputs) {
    const outcome = advanceGate(from, gate, input);
    gate = outcome.gate;
    transitions.push(...outcome.transitions);
    notifications.push(...outcome.notifications);
  }
  return { gate, transitions, notifications };
}

/** Takes steps one by one through a gate that is written down and read again before each. */
export function liveThroughJson(inputs: readonly GateInput[], from: GateContext = context): Lived {
  let lived: Lived = { gate: newGateState(), transitions: [], notifications: [] };
  for (const input of inputs) {
    const { gate, transitions, notifications } = live(
      [input],
      from,
      JSON.parse(JSON.stringify(lived.gate)) as GateState,
    );
    lived = {
      gate,
      transitions: [...lived.transitions, ...transitions],
      notifications: [...lived.notifications, ...notifications],
    };
  }
  return lived;
}

/** The letters as steps 0, 1, 2, … */
export function inputsOf(letters: string): GateInput[] {
  return [...letters].map((letter, step) => inputAt(step, letter as StepLetter));
}

const stretch = fc.tuple(
  fc.constantFrom<StepLetter>('o', 'o', 'l', 'q', 's', 'h', '.'),
  fc.integer({ min: 1, max: 14 }),
  fc.constantFrom(0.3, 1.5, 2, 2.5),
);
/** Any course of steps, with levels that stay, in which shifts are laid aside and alerts fire beside them (`slow`). */
export const anyCourse = fc.array(stretch, { maxLength: 16 }).map((stretches) => {
  let step = 50;
  return stretches.flatMap(([letter, count, raw]) =>
    Array.from({ length: count }, () => inputAt(step++, letter, { raw })),
  );
});
