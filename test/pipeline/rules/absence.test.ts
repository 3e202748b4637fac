import { describe, expect, it } from 'vitest';
import { explainAlert } from '../../../src/pipeline/alerts/explain.ts';
import type { Effects } from '../../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../../src/pipeline/inputs.ts';
import { step } from '../../../src/pipeline/step.ts';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import { partitionId } from '../drive.ts';
import {
  always,
  DAY,
  FIRST,
  STEP_MS,
  told,
  withAlert,
  world,
  worldInputs,
  worldSpec,
  type Speaker,
} from './fault-world.ts';

const GONE = 200;
/** With the lag of the watermark: 10 steps of silence. */
const FIRES = GONE - 1 + 10;

const until = (end: number) => (at: number) => at < end;
const but = (from: number, to: number) => (at: number) => at < from || at >= to;

const others: readonly Speaker[] = ['b', 'c', 'd'].map((entity) => ({ entity, speaks: always }));

function play(
  speakers: readonly Speaker[],
  options: {
    readonly spec?: DetectorSpec;
    readonly steps?: number;
    readonly between?: (step: number) => readonly PipelineInput[];
  } = {},
): Effects {
  const { spec = worldSpec, steps = 300, between } = options;
  return step(world(spec), worldInputs(speakers, steps, between));
}

const idle = (partition: number, isIdle: boolean): PipelineInput => ({
  kind: 'idle',
  partition: partitionId(partition),
  idle: isIdle,
});

describe('an absence', () => {
  it('is pending after three steps that the source closed without the entity, fires after its time, and ends when data come again', () => {
    const effects = play([{ entity: 'a', speaks: but(GONE, 260) }, ...others]);
    expect(told(effects)).toEqual([
      `a absence new → pending at ${GONE - 1 + 8}`,
      `a absence pending → firing at ${FIRES}`,
      'a absence firing → resolved (returned) at 260',
    ]);
    const [, firing, resolved] = effects.transitions;
    if (firing === undefined || resolved === undefined) throw new Error('it did not fire');
    expect(firing.alert).toMatchObject({
      firstStepOver: FIRST + GONE,
      notified: true,
      peakScore: 0,
      modelVersion: '',
      contributions: [],
    });
    expect(explainAlert(firing.alert, STEP_MS)).toMatchObject({
      title: 'a: no data since 2024-10-05 09:20:00 UTC',
    });
    expect(explainAlert(resolved.alert, STEP_MS).title).toBe('Resolved: a: its data is back after 10 h');
  });

  it('that is over before its time is discarded, and a scrape gap is none at all', () => {
    expect(told(play([{ entity: 'a', speaks: but(GONE, GONE + 9) }, ...others]))).toEqual([
      `a absence new → pending at ${GONE - 1 + 8}`,
      `a absence pending → discarded at ${GONE + 9}`,
    ]);
    expect(told(play([{ entity: 'a', speaks: but(GONE, GONE + 3) }, ...others]))).toEqual([]);
  });

  it('of an entity that stays away ends in its own words when it is forgotten', () => {
    const effects = play([{ entity: 'a', speaks: until(GONE) }, ...others], { steps: 520 });
    expect(told(effects).at(-1)).toBe(`a absence firing → resolved (forgotten) at ${GONE - 1 + 2 * DAY - 1}`);
    const last = effects.transitions.at(-1);
    if (last === undefined) throw new Error('no end');
    expect(explainAlert(last.alert, STEP_MS).lines[0]).toContain(
      'not back, and forgotten now (forget_after)',
    );
  });

  it.each<readonly [string, readonly Speaker[], DetectorSpec]>([
    ['known for less than a day', [{ entity: 'a', speaks: (at) => at >= 100 && at < GONE }], worldSpec],
    [
      'of a detector that wants none',
      [{ entity: 'a', speaks: until(GONE) }],
      withAlert({ absence: { mode: 'off', afterMs: 10 * STEP_MS } }),
    ],
    [
      'whose place another has taken',
      [
        { entity: 'a', speaks: until(GONE) },
        { entity: 'a2', speaks: (at) => at >= GONE + 2 },
      ],
      worldSpec,
    ],
    [
      'where identities come and go',
      [
        { entity: 'a', speaks: until(GONE), role: 'db' },
        { entity: 'p', speaks: (at) => at >= 160 },
        { entity: 'q', speaks: (at) => at >= 170 },
      ],
      worldSpec,
    ],
  ])('is not told of an entity %s', (_case, speakers, spec) => {
    expect(told(play([...speakers, ...others], { spec }))).toEqual([]);
  });

  it('is told where identities come and go if people want it', () => {
    const spec = withAlert({ absence: { mode: 'on', afterMs: 10 * STEP_MS } });
    const speakers = [
      { entity: 'a', speaks: until(GONE) },
      { entity: 'a2', speaks: (at: number) => at >= GONE + 2 },
      ...others,
    ];
    expect(told(play(speakers, { spec }))).toContain(`a absence pending → firing at ${FIRES}`);
  });

  it('is no verdict on a source that stood still: those that come back do so one after the other', () => {
    const stalled = ['a', ...others.map(({ entity }) => entity)].map((entity, index) => ({
      entity,
      // Some need a while longer than the first.
      speaks: but(GONE, GONE + 60 + 2 * index),
    }));
    expect(told(play(stalled))).toEqual([]);
    const gone = stalled.map((one) => (one.entity === 'a' ? { ...one, speaks: until(GONE) } : one));
    // Its silence counts from when the source goes on.
    expect(told(play(gone))).toEqual([
      `a absence new → pending at ${GONE + 62 - 1 + 8}`,
      `a absence pending → firing at ${GONE + 62 - 1 + 10}`,
    ]);
  });

  it('is no verdict on a partition that stalls, unless the entity is all that it has', () => {
    const between = (at: number): PipelineInput[] => (at === GONE + 1 ? [idle(1, true)] : []);
    const two = [
      { entity: 'a', partition: 1, speaks: until(GONE) },
      { entity: 'e', partition: 1, speaks: until(GONE) },
    ];
    expect(told(play([...two, ...others], { between }))).toEqual([]);
    const [alone] = two;
    expect(told(play([alone as Speaker, ...others], { between }))).toContain(
      `a absence pending → firing at ${FIRES}`,
    );
  });

  it('is not told at once when a stalled partition comes back', () => {
    const back = GONE + 50;
    const between = (at: number): PipelineInput[] => (at === GONE + 1 ? [idle(1, true)] : []);
    const speakers = ['a', 'e', 'f'].map((entity, index) => ({
      entity,
      partition: 1,
      speaks: but(GONE, back + 2 * index),
    }));
    expect(told(play([...speakers, ...others], { between }))).toEqual([]);
  });

  it('of many at once is one incident that says how many of how many', () => {
    const speakers = Array.from({ length: 40 }, (_, index) => ({
      entity: `host-${String(index).padStart(2, '0')}`,
      role: index % 2 === 0 ? 'web' : 'db',
      speaks: index < 14 ? but(GONE, 230) : always,
    }));
    const effects = play(speakers, { steps: 250 });
    const messages = effects.incidentNotifications.map(({ event, incident }) => [
      event,
      incident.alerts,
      incident.fault,
    ]);
    expect(new Set(effects.incidents.map(({ incident }) => incident.id)).size).toBe(1);
    expect(messages).toEqual([
      ['firing', 14, { kind: 'absence', entities: 40 }],
      ['resolved', 14, { kind: 'absence', entities: 40 }],
    ]);
  });

  it('in observe mode or a quiet time is on record only, and told when the quiet time is over', () => {
    const speakers = [{ entity: 'a', speaks: until(GONE) }, ...others];
    const observed = play(speakers, { spec: { ...worldSpec, mode: 'observe' } });
    expect(observed.notifications.map(({ deliver }) => deliver)).toEqual([false]);
    const window: PipelineInput = {
      kind: 'window',
      removed: false,
      window: {
        id: 'm',
        kind: 'mute',
        origin: 'api',
        detector: null,
        entity: 'a',
        matchers: [],
        fromMs: (FIRST + GONE) * STEP_MS,
        untilMs: (FIRST + 230) * STEP_MS,
        recurs: null,
        knownFromMs: 0,
        comment: '',
      },
    };
    const muted = play(speakers, { between: (at) => (at === 10 ? [window] : []), steps: 240 });
    expect(muted.notifications.map(({ deliver }) => deliver)).toEqual([false, true]);
    expect(told(muted).at(-1)).toBe('a absence firing → firing at 229');
  });

  it('is told again each repeat_interval', () => {
    const effects = play([{ entity: 'a', speaks: until(GONE) }, ...others], { steps: 300 });
    // Four hours are 24 steps.
    expect(effects.notifications.map(({ repeat = 0, atMs }) => [repeat, atMs / STEP_MS - 1 - FIRST])).toEqual(
      [
        [0, FIRES],
        [1, FIRES + 24],
        [2, FIRES + 48],
        [3, FIRES + 72],
      ],
    );
  });
});
