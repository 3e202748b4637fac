import { expect, it } from 'vitest';
import type { ScoredStep, StepRecord } from '../../../src/pipeline/effects.ts';
import { fakeSpec } from '../../pipeline/scoring/fake-scoring-model.ts';
import { ALERT_STAGES } from './alert-stages.ts';

const spec = fakeSpec({ windows: [4, 16] });

/** A step of one host: its score, whether its row is unusual, and by how much its leading feature is off. */
function recordOf([score, rowUnusual, change]: Shape, step: number, entity = 'db-1'): StepRecord {
  const over = score >= 1 && rowUnusual;
  const scored: ScoredStep = {
    detector: 'hosts',
    entity,
    step,
    modelVersion: 'v1',
    raw: score,
    score,
    scoreWithoutGuards: score,
    over,
    rowUnusual,
    alertable: rowUnusual,
    provisional: false,
  };
  const vector = {
    detector: 'hosts',
    entity,
    step,
    values: Float64Array.of(1 + change, 0),
    filled: false,
  };
  const culprit = { feature: 'busy', unit: '', ratio: 1, seen: 1 + change, expected: 1, range: null };
  return { vector, scored, ...(over && { contributions: [culprit] }) };
}

/** Quiet stretches around: a blip that the windows remember, a blip, a fault by 2 %, a fault by half. */
type Shape = readonly [score: number, rowUnusual: boolean, change: number];
const repeated = (count: number, ...one: Shape): Shape[] => Array.from({ length: count }, () => one);
const shape: readonly Shape[] = [
  ...repeated(10, 0.1, false, 0),
  ...repeated(3, 1.2, false, 0),
  ...repeated(30, 0.1, false, 0),
  [1.2, true, 0.5],
  ...repeated(30, 0.1, false, 0),
  ...repeated(3, 1.3, true, 0.02),
  ...repeated(30, 0.1, false, 0),
  ...repeated(3, 1.4, true, 0.5),
  ...repeated(30, 0.1, false, 0),
];
const records = shape.map((one, step) => recordOf(one, step));
const group = { spec, steps: new Map([['db-1', records]]), events: [], watchedMs: 1 };

it('takes away at each stage what that stage is for, and keeps the fault', () => {
  const counts = ALERT_STAGES.map(({ name, outcome }) => [name, outcome(group).count]);
  expect(counts.slice(0, 4)).toEqual([
    ['raw score ≥ 1', 4],
    ['+ newest row, five quiet', 3],
    ['+ confirm 3 of 5', 2],
    ['+ gates (min_change 10 %)', 1],
  ]);
  const last = ALERT_STAGES.at(-1)?.outcome(group).spans ?? [];
  expect(last).toHaveLength(1);
  const first = shape.length - 33;
  // Told once confirmed, over until its last step over.
  expect(last[0]).toMatchObject({ startMs: (first + 2) * spec.stepMs, endMs: (first + 2) * spec.stepMs });
  expect(last[0]?.alert?.recent).toHaveLength(24);
});

it('tells of what strays together as one, in fewer messages', () => {
  const hosts = ['db-1', 'db-2', 'db-3'];
  const steps = new Map(
    hosts.map((entity, late) => [
      entity,
      [...repeated(late, 0.1, false, 0), ...shape].map((one, step) => recordOf(one, step, entity)),
    ]),
  );
  const [alone, together] = ALERT_STAGES.slice(-2).map(({ outcome }) => outcome({ ...group, steps }));
  // A beginning and an end each; the three begin within as many steps.
  expect(alone).toMatchObject({ count: 3, messages: 6 });
  expect(together?.count).toBe(1);
  expect(together?.messages).toBeLessThan(6);
  expect(together?.messages).toBeGreaterThanOrEqual(2);
  expect(together?.spans).toEqual(alone?.spans);
  expect(ALERT_STAGES[0]?.outcome({ ...group, steps }).messages).toBeNull();
});
