import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { RestoredModel } from '../../src/pipeline/create-state.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import { step } from '../../src/pipeline/step.ts';
import { resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { partitionId, seen } from './drive.ts';
import {
  DAY,
  gridStep,
  HOUR,
  levelBeginning,
  levelInputs,
  levelPipeline,
  levelSpec,
  trainedLevelModel,
  type Disturbance,
} from './level-world.ts';
import { MemoryStore } from './memory-store.ts';

let model: RestoredModel;

beforeAll(async () => {
  model = await trainedLevelModel();
});
afterAll(() => model.model.dispose());

const ONSET = DAY + 9 * HOUR;
const WEEK = 7 * DAY;

/** Latency is higher by 40 ms from the onset on, until `back`. */
const shifted =
  (back = Infinity): Disturbance =>
  (at, [cpu = 0, latency = 0, traffic = 0]) => [
    cpu,
    latency + (at >= ONSET && at < back ? 0.04 : 0),
    traffic,
  ];

/** People's word, said at a step: the alerts that began around the onset are normal. */
const acceptance: PipelineInput = {
  kind: 'accept',
  detector: levelSpec.name,
  entity: 'web-1',
  match: [],
  fromStep: gridStep(ONSET - 5),
  toStep: gridStep(ONSET + 20),
  effectiveStep: null,
};

const saidAt = (inputs: readonly PipelineInput[], at: number): PipelineInput[] => [
  ...inputs.slice(0, at),
  acceptance,
  ...inputs.slice(at),
];

function run(
  inputs: readonly PipelineInput[],
  { spec = levelSpec, batch = 400 }: { spec?: DetectorSpec; batch?: number } = {},
): Effects {
  const state = levelPipeline(model, undefined, spec);
  const parts = [step(state, levelBeginning(model))];
  for (let at = 0; at < inputs.length; at += batch) parts.push(step(state, inputs.slice(at, at + batch)));
  return joinEffects(parts);
}

const hoursIn = (at: number): number => Math.round(((at - gridStep(ONSET)) / HOUR) * 10) / 10;

/** What became of alerts that fired: `hours after the onset: what`. */
function lives({ transitions }: Effects): string[] {
  return transitions.flatMap(({ alert, from, to, step: at }) => {
    if (to === 'firing') return [`${hoursIn(at)}: ${from === 'pending' ? 'fires' : alert.kind}`];
    return to === 'resolved' ? [`${hoursIn(at)}: ${alert.resolution ?? ''}`] : [];
  });
}

const withAlert = (change: Partial<DetectorSpec['alert']>): DetectorSpec => ({
  ...levelSpec,
  alert: { ...levelSpec.alert, ...change },
});

const markedWorse = (worse: 'up' | 'down'): DetectorSpec => ({
  ...withAlert({ acceptAfterMs: 6 * 3_600_000 }),
  features: levelSpec.features.map((feature) =>
    feature.name === 'latency' ? { ...feature, gate: { direction: null, minChange: null, worse } } : feature,
  ),
});

describe('a level that stays', () => {
  it('is one alert in a week, a shift once a fifth of a day was over, and open while it stays', () => {
    const effects = run(levelInputs(ONSET + WEEK, shifted()));
    expect(lives(effects)).toEqual(['0.1: fires', '4.8: shift']);
    const ids = new Set(effects.notifications.map(({ alert }) => alert.id));
    expect(ids.size).toBe(1);
    // Told again each four hours, with numbers that make the keys.
    const repeats = effects.notifications.map(({ repeat = 0 }) => repeat);
    expect(repeats).toEqual(repeats.map((_, index) => index));
  });

  it('ends when the old one is back, and the way back is no alert', () => {
    const back = ONSET + 72 * HOUR;
    const [fires, shift, recovered, ...more] = lives(run(levelInputs(back + DAY, shifted(back))));
    expect([fires, shift, more]).toEqual(['0.1: fires', '4.8: shift', []]);
    expect(recovered).toMatch(/^7[2-6](\.\d)?: recovered$/);
  });

  it('is accepted after some hours: the alert ends as that, and nothing follows in a week', () => {
    const inputs = saidAt(levelInputs(ONSET + WEEK, shifted()), ONSET + 6 * HOUR);
    const effects = run(inputs);
    expect(lives(effects)).toEqual(['0.1: fires', '4.8: shift', '6: accepted']);
    expect(effects.acceptances).toMatchObject([{ effectiveStep: gridStep(ONSET + 6 * HOUR) - 1 }]);
    expect(effects.notifications.at(-1)).toMatchObject({ event: 'resolved', deliver: true });
    const after = effects.steps.flatMap(({ scored }) =>
      scored !== null && scored.step > gridStep(ONSET + 6 * HOUR) ? [scored.score] : [],
    );
    expect(after.filter((score) => score >= 1).length / after.length).toBeLessThan(0.01);
  });

  it('once accepted: the return to the old level is no alert, nor is the way back again', () => {
    const [away, again] = [ONSET + 30 * HOUR, ONSET + 60 * HOUR];
    const toAndFro: Disturbance = (at, [cpu = 0, latency = 0, traffic = 0]) => {
      const isUp = (at >= ONSET && at < away) || at >= again;
      return [cpu, latency + (isUp ? 0.04 : 0), traffic];
    };
    const inputs = saidAt(levelInputs(ONSET + 4 * DAY, toAndFro), ONSET + 3 * HOUR);
    expect(lives(run(inputs))).toEqual(['0.1: fires', '3: accepted']);
  });

  it('once accepted: what strays from both levels is found as before', () => {
    const fault = ONSET + 20 * HOUR;
    const worse: Disturbance = (at, row) => {
      const [cpu = 0, latency = 0, traffic = 0] = shifted()(at, row);
      return [cpu, latency + (at >= fault && at < fault + HOUR ? 0.04 : 0), traffic];
    };
    const effects = run(saidAt(levelInputs(fault + 5 * HOUR, worse), ONSET + 3 * HOUR));
    expect(lives(effects)).toEqual([
      '0.1: fires',
      '3: accepted',
      '20.1: fires',
      expect.stringMatching(/^21(\.\d)?: recovered$/),
    ]);
    const expected = effects.transitions.at(-1)?.alert.contributions[0]?.expected ?? 0;
    // Told in its own units, at the new level.
    expect(expected).toBeGreaterThan(0.11);
  });

  it('that is so many times as high is accepted at all hours', () => {
    const doubled: Disturbance = (at, [cpu = 0, latency = 0, traffic = 0]) => [
      cpu,
      latency * (at >= ONSET ? 2 : 1),
      traffic,
    ];
    const inputs = saidAt(levelInputs(ONSET + 3 * DAY, doubled), ONSET + 3 * HOUR);
    expect(lives(run(inputs))).toEqual(['0.1: fires', '3: accepted']);
  });

  it('of which only the unrest has changed is left to the thresholds, and silent meanwhile', () => {
    const restless: Disturbance = (at, [cpu = 0, latency = 0, traffic = 0]) => {
      const usual = 0.05 + 0.0004 * traffic;
      return [cpu, at >= ONSET ? usual + 5 * (latency - usual) : latency, traffic];
    };
    const inputs = saidAt(levelInputs(ONSET + 3 * DAY, restless), ONSET + 4 * HOUR);
    expect(lives(run(inputs))).toEqual(['0.1: fires', '4: accepted']);
  });

  it('announced by a deployment is accepted once its rows tell what it is', () => {
    const inputs = saidAt(levelInputs(ONSET + DAY, shifted()), ONSET - 3);
    expect(lives(run(inputs))).toEqual(['0.1: fires', '2.1: accepted']);
  });
});

describe('accept_after', () => {
  const inputs = levelInputs(ONSET + 2 * DAY, shifted());

  it('makes a shift normal by itself', () => {
    const spec = withAlert({ acceptAfterMs: 6 * 3_600_000 });
    expect(lives(run(inputs, { spec }))).toEqual(['0.1: fires', '4.8: shift', '6.1: accepted']);
  });

  it('never where a feature moved in its bad direction', () => {
    expect(lives(run(inputs, { spec: markedWorse('up') }))).toEqual(['0.1: fires', '4.8: shift']);
    expect(lives(run(inputs, { spec: markedWorse('down') }))).toHaveLength(3);
  });
});

describe('whatever happens to the process', () => {
  const back = ONSET + 30 * HOUR;
  const inputs = (): PipelineInput[] => saidAt(levelInputs(ONSET + 2 * DAY, shifted(back)), ONSET + 6 * HOUR);

  it('any cut into batches gives the same', () => {
    const whole = seen(run(inputs(), { batch: 1e9 }));
    expect(seen(run(inputs(), { batch: 1 }))).toEqual(whole);
    expect(seen(run(inputs(), { batch: 37 }))).toEqual(whole);
    const spec = withAlert({ acceptAfterMs: 3 * 3_600_000 });
    const alone = levelInputs(ONSET + DAY, shifted());
    expect(seen(run(alone, { spec, batch: 1 }))).toEqual(seen(run(alone, { spec, batch: 1e9 })));
  });

  it.each([
    ['while the alert is open', ONSET + 2 * HOUR],
    ['just before it is accepted', ONSET + 6 * HOUR],
    ['just after', ONSET + 6 * HOUR + 3],
    ['at the new level', ONSET + 20 * HOUR],
    ['on the way back', back + 5],
  ])('a kill %s gives the same', (_when, killedAt) => {
    const store = new MemoryStore();
    const before = levelPipeline(model);
    // What is said is a row like any other: it is not said again.
    const taken = inputs().slice(0, killedAt + (killedAt >= ONSET + 6 * HOUR ? 1 : 0));
    const head = [step(before, levelBeginning(model)), step(before, taken.slice(0, 700))];
    store.apply(takeCheckpoint(before, joinEffects(head)));
    for (let at = 700; at < taken.length; at += 50) {
      store.apply(takeCheckpoint(before, step(before, taken.slice(at, at + 50))));
    }
    step(before, levelInputs(killedAt + 30, shifted(back), { from: killedAt }));

    const after = levelPipeline(model, store.restore());
    const from = resumeOffset(after, partitionId(0)) ?? 0;
    const rest = levelInputs(ONSET + 2 * DAY, shifted(back), { from });
    const later = killedAt >= ONSET + 6 * HOUR ? rest : saidAt(rest, ONSET + 6 * HOUR - from);
    const assigned: PipelineInput = { kind: 'assigned', partition: partitionId(0), nextOffset: 0 };
    store.apply(takeCheckpoint(after, step(after, [assigned, ...later])));
    expect(seen(store.effects)).toEqual(seen(run(inputs())));
  });
});
