import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../src/config/cron-times.ts';
import type { QuietWindow } from '../../src/pipeline/alerts/quiet-window.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import { excludedAt } from '../../src/pipeline/detector-state.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import { step } from '../../src/pipeline/step.ts';
import { resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { assignments, calibrations, NOTHING, partitionId } from './drive.ts';
import { MemoryStore } from './memory-store.ts';
import { Feed } from './one-entity.ts';
import { fakeModel, fakeSpec } from './scoring/fake-scoring-model.ts';

const STEP_MS = 300_000;
const SPIKE = { from: 100, until: 110 };
const spec = fakeSpec({ maxFutureMs: 60_000 });

const muted = (change: Partial<QuietWindow> = {}): QuietWindow => ({
  id: 'm',
  kind: 'mute',
  origin: 'api',
  detector: 'hosts',
  entity: null,
  matchers: [],
  fromMs: 0,
  untilMs: Infinity,
  recurs: null,
  knownFromMs: -Infinity,
  comment: '',
  ...change,
});

const newState = (restored = NOTHING) =>
  createState({
    detectors: [spec],
    restored,
    models: [{ model: fakeModel('v1'), calibrations }],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: 3_600_000,
    cronTimes,
  });

/** Two entities that spike for ten steps; the window comes in before step `at`. */
function story(window: QuietWindow | null, at = 50): PipelineInput[] {
  const feed = new Feed([spec]);
  feed.input({ kind: 'model', model: fakeModel('v1'), calibrations, effectiveStep: 0 });
  for (let index = 0; index < 160; index++) {
    if (index === at && window !== null) feed.input({ kind: 'window', window, removed: false });
    const isOver = index >= SPIKE.from && index < SPIKE.until;
    for (const entity of ['a', 'b'])
      feed.sample('busy', (index * STEP_MS) / 1000 + 1, isOver ? 8 : 0.3, { entity });
  }
  return feed.inputs;
}

const toldOf = ({ notifications, incidentNotifications }: Effects): string[] => [
  ...notifications
    .map(({ alert, event, deliver }) => `${alert.entity} ${event} ${deliver ? 'told' : 'on record'}`)
    .sort(),
  ...incidentNotifications.map(
    ({ incident, event }) => `${event} of ${incident.alerts} ${incident.deliver ? 'told' : 'on record'}`,
  ),
];

const after = (entity: string, told: boolean): string[] => [
  `${entity} firing ${told ? 'told' : 'on record'}`,
  `${entity} resolved ${told ? 'told' : 'on record'}`,
];

describe('a mute', () => {
  it('keeps alerts on record and from people, and after its end they are told of what goes on', () => {
    const whole = step(newState(), story(muted()));
    expect(toldOf(whole)).toEqual([
      ...after('a', false),
      ...after('b', false),
      'firing of 2 on record',
      'resolved of 2 on record',
    ]);
    const short = step(newState(), story(muted({ untilMs: (SPIKE.from + 5) * STEP_MS })));
    expect(toldOf(short).filter((text) => text.endsWith('told'))).toEqual([
      'a firing told',
      'a resolved told',
      'b firing told',
      'b resolved told',
      'firing of 2 told',
      'resolved of 2 told',
    ]);
  });

  it('of one entity leaves the others alone', () => {
    const effects = step(newState(), story(muted({ entity: 'a' })));
    expect(toldOf(effects).slice(0, 4)).toEqual([...after('a', false), ...after('b', true)]);
  });

  it('is not about what was closed before it was said', () => {
    const effects = step(newState(), story(muted(), SPIKE.from + 4));
    expect(toldOf(effects).slice(0, 4)).toEqual([...after('a', true), ...after('b', true)]);
    expect(effects.windows[0]?.window.knownFromMs).toBe((SPIKE.from + 2) * STEP_MS);
    const ofNobody = step(newState(), story(muted({ detector: 'slower' }), SPIKE.from + 4));
    expect(ofNobody.windows[0]?.window.knownFromMs, 'the time of another detector').toBe(-Infinity);
  });

  it('made longer is known from when it was first said, so that who is behind is quiet all along', () => {
    const state = newState();
    const first = step(state, story(muted({ entity: 'a', untilMs: 90 * STEP_MS }))).windows[0];
    const longer = { ...muted({ entity: 'a' }), knownFromMs: first?.window.knownFromMs ?? 0 };
    const [again] = step(state, [{ kind: 'window', window: longer, removed: false }]).windows;
    expect(again?.window.untilMs).toBe(Infinity);
    expect(again?.window.knownFromMs).toBe(first?.window.knownFromMs);
  });

  it('outlives a restart, and is the same for any cut into batches', () => {
    const inputs = story(muted());
    const whole = step(newState(), inputs);
    const store = new MemoryStore();
    const drive = (state: ReturnType<typeof newState>, some: readonly PipelineInput[]): void => {
      for (const input of some) store.apply(takeCheckpoint(state, step(state, [input])));
    };
    const before = newState();
    step(before, assignments(1));
    drive(before, inputs.slice(0, 150));
    const state = newState(store.restore());
    step(state, assignments(1));
    const from = resumeOffset(state, partitionId(0)) ?? 0;
    const isLeft = (input: PipelineInput): boolean =>
      input.kind === 'records' && input.slice.firstOffset >= from;
    drive(state, inputs.filter(isLeft));
    expect(toldOf(store.effects)).toEqual(toldOf(whole));
    expect(joinEffects([store.effects]).windows).toEqual(whole.windows);
  });
});

it('maintenance leaves thresholds from the next refit on, up to the longest window after its end', () => {
  const window = muted({ kind: 'maintenance', fromMs: 10 * STEP_MS, untilMs: 12 * STEP_MS });
  const state = newState();
  step(state, story(window, 50));
  const [detector] = state.detectors;
  if (detector === undefined) throw new Error('no detector');
  const longest = Math.max(...spec.windows);
  expect(excludedAt(detector, 'a', 60)).toMatchObject([{ fromStep: 10, toStep: 11 + longest }]);
  // A refit before it was known did not know it, and does not in a replay.
  expect(excludedAt(detector, 'a', 40)).toEqual([]);
  step(state, [{ kind: 'window', window, removed: true }]);
  expect(excludedAt(detector, 'a', 60)).toEqual([]);
});
