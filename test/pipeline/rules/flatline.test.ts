import { describe, expect, it } from 'vitest';
import { explainAlert } from '../../../src/pipeline/alerts/explain.ts';
import type { Effects } from '../../../src/pipeline/effects.ts';
import { step } from '../../../src/pipeline/step.ts';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import {
  always,
  DAY,
  FIRST,
  moving,
  STEP_MS,
  told,
  withAlert,
  world,
  worldInputs,
  worldSpec,
  type Speaker,
} from './fault-world.ts';

const STUCK = 200;
/** Twelve equal values are the least that fires. */
const FIRES = STUCK + 11;

const stuckFrom =
  (from: number, to = Infinity) =>
  (at: number): number =>
    at >= from && at < to ? moving(from) : moving(at);

function play(
  speakers: readonly (Partial<Speaker> & Pick<Speaker, 'entity'>)[],
  { spec = worldSpec, steps = 300 }: { readonly spec?: DetectorSpec; readonly steps?: number } = {},
): Effects {
  // One that always moves keeps the source going.
  const all = [...speakers, { entity: 'other', role: 'db' }].map((one) => ({ speaks: always, ...one }));
  return step(world(spec), worldInputs(all, steps));
}

describe('a flatline', () => {
  it('is pending half-way to its bar, fires at it, and ends when the feature has moved for five steps', () => {
    const effects = play([{ entity: 'a', temp: stuckFrom(STUCK, 240) }]);
    expect(told(effects)).toEqual([
      `a flatline new → pending at ${STUCK + 5}`,
      `a flatline pending → firing at ${FIRES}`,
      'a flatline firing → resolved (recovered) at 244',
    ]);
    const [, firing, resolved] = effects.transitions;
    if (firing === undefined || resolved === undefined) throw new Error('it did not fire');
    expect(firing.alert.contributions).toEqual([
      {
        feature: 'temp',
        unit: '°C',
        ratio: 1,
        seen: moving(STUCK),
        expected: moving(STUCK),
        range: null,
        still: { sinceStep: FIRST + STUCK, longestSteps: 1 },
      },
    ]);
    expect(firing.alert).toMatchObject({ firstStepOver: FIRST + STUCK, peakScore: 0, notified: true });
    expect(explainAlert(firing.alert, STEP_MS).title).toBe(
      'a: temp has stood still at 200 °C since 2024-10-05 09:20:00 UTC',
    );
    expect(resolved.alert.lastStepOver).toBe(FIRST + 239);
    expect(explainAlert(resolved.alert, STEP_MS).title).toBe(
      'Resolved: a: temp stood still at 200 °C for 6 h 40 min, now moving again',
    );
  });

  it('takes its stretch out of what thresholds are learned from', () => {
    const { exclusions } = play([{ entity: 'a', temp: stuckFrom(STUCK, 400) }], { steps: 420 });
    expect(
      exclusions.map(({ fromStep, toStep, effectiveStep }) =>
        [fromStep, toStep, effectiveStep].map((s) => s - FIRST),
      ),
    ).toEqual([
      [STUCK, FIRES, FIRES + 1],
      // Once a day while it lasts.
      [FIRES + 1, FIRES + DAY, FIRES + DAY + 1],
      [FIRES + DAY + 1, 399, 405],
    ]);
  });

  it.each<readonly [string, (at: number) => number]>([
    ['a constant', () => 7],
    ['one that mostly stands still', (at) => Math.floor(at / 4)],
    ['a count that is 0 for eight hours each night', (at) => (at % DAY < 48 ? 0 : moving(at))],
    ['one that is coarse', (at) => Math.round(4 * Math.sin(at * 7.1))],
    ['one that moves', moving],
    ['one known for less than a day', (at) => (at < 100 ? moving(at) : moving(100))],
  ])('is never told of %s', (_what, temp) => {
    expect(told(play([{ entity: 'a', temp }], { steps: 10 * DAY }))).toEqual([]);
  });

  it('is off where the detector says so', () => {
    const { flatline: _off, ...alert } = worldSpec.alert;
    const spec = { ...worldSpec, alert };
    expect(told(play([{ entity: 'a', temp: stuckFrom(STUCK) }], { spec }))).toEqual([]);
    const patient = withAlert({ flatline: { afterMs: 30 * STEP_MS } });
    expect(told(play([{ entity: 'a', temp: stuckFrom(STUCK) }], { spec: patient }))[1]).toBe(
      `a flatline pending → firing at ${STUCK + 29}`,
    );
  });

  it('waits three times as long as the feature ever stood still', () => {
    const temp = (at: number): number => (at >= 50 && at < 58 ? moving(50) : stuckFrom(STUCK)(at));
    expect(told(play([{ entity: 'a', temp }]))).toContain(`a flatline pending → firing at ${STUCK + 23}`);
  });

  it('learns what comes again: the like is told twice at most', () => {
    const rests = [200, 400, 600, 800];
    const temp = (at: number): number => {
      const from = rests.findLast((rest) => at >= rest);
      return from === undefined ? moving(at) : stuckFrom(from, from + 30)(at);
    };
    const firing = told(play([{ entity: 'a', temp }], { steps: 1000 })).filter((one) =>
      one.includes('→ firing'),
    );
    expect(firing).toEqual(['a flatline pending → firing at 211', 'a flatline pending → firing at 411']);
  });

  it('goes on through a twitch, and ends when data stop', () => {
    const twitching = (at: number): number => (at === 230 ? 0.5 : stuckFrom(STUCK)(at));
    expect(told(play([{ entity: 'a', temp: twitching }]))).toHaveLength(2);
    const gone = play([{ entity: 'a', temp: stuckFrom(STUCK), speaks: (at) => at < 230 }]);
    expect(told(gone)).toContain('a flatline firing → resolved (no_data) at 239');
    expect(told(gone)).toContain('a absence pending → firing at 239');
  });

  it('of a whole exporter is one alert, whatever gets stuck first', () => {
    const spec = { ...worldSpec, features: worldSpec.features.map((one) => ({ ...one, metric: 'temp' })) };
    const effects = play([{ entity: 'a', temp: stuckFrom(STUCK) }], { spec });
    const firing = effects.transitions.find(({ to }) => to === 'firing');
    expect(firing?.alert.contributions.map(({ feature, ratio }) => [feature, ratio])).toEqual([
      ['other', 0.5],
      ['temp', 0.5],
    ]);
    expect(explainAlert(firing?.alert ?? effects.transitions[0]!.alert, STEP_MS).title).toBe(
      'a: other (200) and 1 more have stood still since 2024-10-05 09:20:00 UTC',
    );
  });

  it('of a newcomer is judged by its cohort', () => {
    const late = { entity: 'new', speaks: (at: number) => at >= 400 };
    const temp = stuckFrom(430);
    // Once it stood still for six steps.
    const peer = { entity: 'a', temp: (at: number) => (at >= 50 && at < 56 ? moving(50) : moving(at)) };
    expect(told(play([peer, { ...late, temp }], { steps: 500 }))).toContain(
      'new flatline pending → firing at 447',
    );
    const resting = { entity: 'a', temp: (at: number) => Math.floor(at / 4) };
    expect(told(play([resting, { ...late, temp }], { steps: 500 }))).toEqual([]);
    // Nobody of its cohort is known.
    expect(told(play([{ ...late, temp, role: 'cache' }], { steps: 500 }))).toEqual([]);
  });
});
