import { describe, expect, it } from 'vitest';
import { acceptGate, closeGate } from '../../../src/pipeline/alerts/advance-gate.ts';
import { newGateState, type GateContext, type GateInput } from '../../../src/pipeline/alerts/gate-state.ts';
import type { AlertTransition, Contribution } from '../../../src/pipeline/effects.ts';
import {
  anyCourse,
  culprit,
  inputAt,
  inputsOf,
  live,
  liveThroughJson,
  slow,
  type StepLetter,
} from './gate-fixtures.ts';
import { fc } from '../../support/properties.ts';

const told = ({ alert, from, to, step }: AlertTransition): string =>
  `${step}:${from === to ? alert.kind : to}${to === 'resolved' ? ` ${alert.resolution}` : ''}`;

/** The course of what fired. */
const lived = (letters: string, from = slow): string[] =>
  live(inputsOf(letters), from)
    .transitions.filter(({ to }) => to === 'firing' || to === 'resolved')
    .map(told);

const shifted = 'o'.repeat(10);
/** Ten steps over make the eleventh a shift. */
const shift = ['2:firing', '9:shift'];

describe('an alert whose values are still nearer to what was seen than to what was expected', () => {
  it.each<[what: string, letters: string, course: string[]]>([
    ['goes on though its rows are quiet', 'ooollllll', ['2:firing']],
    ['ends after five quiet steps at the old level', 'ooolsssss', ['2:firing', '8:resolved recovered']],
    ['ends once the score has left', 'ooolllqqqqq', ['2:firing', '10:resolved recovered']],
  ])('%s', (_what, letters, course) => {
    expect(lived(letters)).toEqual(course);
  });

  it('ends like any other if they are hardly changed: then the level is not what is strange', () => {
    const little = { ...culprit, seen: 1.01, expected: 1 };
    const inputs = inputsOf('ooosssss').map((input) => ({
      ...input,
      contributions: [little],
      recent: () => [1.01],
    }));
    expect(live(inputs, slow).transitions.at(-1)?.to).toBe('resolved');
  });
});

describe('a firing alert while more than a fifth of the last day was over', () => {
  it.each<[what: string, letters: string, course: string[]]>([
    ['becomes a shift, once', `${shifted}lllll`, shift],
    ['counts steps with a quiet row too', 'ooolllllll', shift],
    [
      'counts those of a day, also from before its onset',
      'ooosssssqooo',
      ['2:firing', '7:resolved recovered', '11:firing', '11:shift'],
    ],
    ['does not become one before', 'ooooooooo', ['2:firing']],
    [
      'is not what was over more than a day ago',
      `oooqqqqq${'q'.repeat(40)}ooooooooo`,
      ['2:firing', '7:resolved recovered', '50:firing'],
    ],
    ['stays open however quiet, below the longest window', `${shifted}qqqqqqq`, shift],
  ])('%s', (_what, letters, course) => {
    expect(lived(letters)).toEqual(course);
  });

  it('of long steps wants half a longest window over, since a few rows are a fifth of a day', () => {
    const hourly = { ...slow, spec: { ...slow.spec, stepMs: 3_600_000, windows: [4, 16] } };
    expect(lived('o'.repeat(8), hourly)).toEqual(['2:firing']);
    expect(lived('o'.repeat(9), hourly)).toEqual(['2:firing', '8:shift']);
  });

  it('keeps its id, is told as a repeat, and only then', () => {
    const { transitions, notifications } = live(inputsOf(`${shifted}ll`), slow);
    expect(new Set(transitions.map(({ alert }) => alert.id)).size).toBe(1);
    const asShift = notifications.filter(({ alert }) => alert.kind === 'shift');
    expect(asShift.map(({ event, repeat }) => [event, repeat])).toEqual([['firing', 1]]);
    expect(notifications[0]?.repeat).toBeUndefined();
  });

  it('in a quiet time is told as a shift when that is over, once', () => {
    const stepMs = slow.spec.stepMs;
    const muted: GateContext = {
      ...slow,
      isQuiet: (timeMs) => timeMs >= 9 * stepMs && timeMs < 16 * stepMs,
    };
    const { gate, transitions, notifications } = live(inputsOf(`${shifted}${'l'.repeat(30)}`), muted);
    const told = notifications.map(
      ({ alert, atMs, repeat }) => `${atMs / stepMs - 1}:${alert.kind} ${repeat}`,
    );
    expect(told).toEqual(['2:anomaly undefined', '15:shift 1']);
    // As news, so that its incident tells that the level stays.
    expect(transitions.at(-1)).toMatchObject({ from: 'firing', to: 'firing', step: 15 });
    expect(gate.told).toEqual({ step: 15, repeats: 1 });
  });

  it('in observe mode becomes one all the same, and nobody is told', () => {
    const observing: GateContext = { ...slow, spec: { ...slow.spec, mode: 'observe' } };
    const { gate, notifications } = live(inputsOf(shifted), observing);
    expect(gate.open?.kind).toBe('shift');
    expect(notifications.map(({ deliver }) => deliver)).toEqual([false]);
  });
});

describe('a shift', () => {
  const raws = (letter: StepLetter, from: number, count: number, raw: number): GateInput[] =>
    Array.from({ length: count }, (_, index) => inputAt(from + index, letter, { raw }));
  const course = (...later: GateInput[]): string[] =>
    live([...inputsOf(shifted), ...later], slow)
      .transitions.filter(({ to }) => to === 'firing' || to === 'resolved')
      .map(told);

  it('ends after a longest window below what was over at its onset', () => {
    expect(course(...raws('q', 10, 8, 0.3))).toEqual([...shift, '17:resolved recovered']);
  });

  it('does not end though the threshold has learned its level: it is laid aside', () => {
    const { gate } = live([...inputsOf(shifted), ...raws('q', 10, 8, 1.5)], slow);
    expect(gate.open).toBeNull();
    expect(gate.shift?.alert).toMatchObject({ kind: 'shift', state: 'firing', firstStepOver: 0 });
  });

  describe('that was laid aside', () => {
    const laid = raws('q', 10, 8, 1.5);

    it('lets what another feature leads, or what is stranger than its peak, be an alert of its own', () => {
      const other = raws('o', 18, 3, 1.2).map((input) => ({
        ...input,
        contributions: [{ ...culprit, feature: 'cpu' }],
      }));
      expect(course(...laid, ...other)).toEqual([...shift, '20:firing']);
      expect(course(...laid, ...raws('o', 18, 3, 2.1))).toEqual([...shift, '20:firing']);
      expect(course(...laid, ...raws('o', 18, 3, 1.9))).toEqual(shift);
    });

    it('does not hide a move the other way, past the old normal, nor takes the way back for one', () => {
      // The shift went from 1 to 4.
      const to = (seen: number, range: Contribution['range'] = null): GateInput[] =>
        raws('o', 18, 3, 1.9).map((input) => ({
          ...input,
          contributions: [{ ...culprit, seen, expected: 3.9, range }],
        }));
      expect(course(...laid, ...to(0.3))).toEqual([...shift, '20:firing']);
      expect(course(...laid, ...to(0.9, { low: 0.95, high: 2 }))).toEqual([...shift, '20:firing']);
      for (const seen of [0.9, 1, 2.5, 5]) expect(course(...laid, ...to(seen))).toEqual(shift);
      expect(course(...laid, ...to(5, { low: 0.95, high: 2 }))).toEqual(shift);
    });

    it('ends when its level is gone, whatever happens beside it', () => {
      const gone = raws('q', 18, 8, 0.3);
      expect(course(...laid, ...gone)).toEqual([...shift, '25:resolved recovered']);
      expect(course(...laid, ...raws('o', 18, 3, 2.1), ...raws('q', 21, 8, 0.3))).toEqual([
        ...shift,
        '20:firing',
        '25:resolved recovered',
        '28:resolved recovered',
      ]);
    });

    it('is told as it is now: how long its level has stayed, and its last values', () => {
      const late = (letter: StepLetter, from: number, count: number, raw: number): GateInput[] =>
        raws(letter, from, count, raw).map((input) => ({ ...input, recent: () => [input.step] }));
      const { gate, notifications } = live(
        [...inputsOf(shifted), ...late('q', 10, 110, 1.5), ...late('q', 120, 8, 0.3)],
        slow,
      );
      expect(gate.shift).toBeNull();
      const [reminder, end] = notifications.slice(-2);
      const toldStep = (reminder?.atMs ?? 0) / slow.spec.stepMs - 1;
      expect(toldStep).toBeGreaterThan(50);
      expect(reminder?.alert).toMatchObject({ state: 'firing', stayedStep: toldStep, recent: [toldStep] });
      expect(end?.alert).toMatchObject({
        state: 'resolved',
        stayedStep: 119,
        resolvedStep: 127,
        recent: [127],
      });
    });

    it('ends for lack of data, and when its entity is forgotten, with what is open beside it', () => {
      expect(course(...laid, ...inputsOf('.'.repeat(10)).map((_, i) => inputAt(18 + i, '.')))).toEqual([
        ...shift,
        '27:resolved no_data',
      ]);
      const { gate } = live([...inputsOf(shifted), ...laid, ...raws('o', 18, 3, 2.1)], slow);
      const closed = closeGate(slow, gate, 30);
      expect(closed.transitions.map(told)).toEqual(['30:resolved no_data', '30:resolved no_data']);
      expect(closed.gate).toMatchObject({ open: null, shift: null });
    });

    it.each<[repeatInterval: string, hours: number, steps: number[]]>([
      ['4h: daily', 4, [2, 9, 57, 105, 153]],
      ['30h: each 30 hours', 30, [2, 9, 69, 129]],
      ['0: never', 0, [2, 9]],
    ])('is told again by a repeat_interval of %s', (_interval, hours, steps) => {
      const alert = { ...slow.spec.alert, repeatIntervalMs: hours * 3_600_000 };
      const { notifications } = live([...inputsOf(shifted), ...laid, ...raws('q', 18, 160, 1.5)], {
        ...slow,
        spec: { ...slow.spec, alert },
      });
      expect(notifications.map(({ atMs }) => atMs / slow.spec.stepMs - 1)).toEqual(steps);
      expect(notifications.map(({ repeat = 0 }) => repeat)).toEqual(steps.map((_, index) => index));
    });

    it('is told again daily while its level is over, too', () => {
      const { notifications } = live([...inputsOf(shifted), ...raws('o', 10, 60, 2)], slow);
      expect(notifications.map(({ atMs }) => atMs / slow.spec.stepMs - 1)).toEqual([2, 9, 57]);
    });

    it('is told after all when what kept it back is over', () => {
      const muted: GateContext = { ...slow, isQuiet: (timeMs) => timeMs < 20 * slow.spec.stepMs };
      const { gate, transitions, notifications } = live(
        [...inputsOf(shifted), ...laid, ...raws('q', 18, 4, 1.5)],
        muted,
      );
      expect(notifications.map(({ atMs, deliver }) => `${atMs / slow.spec.stepMs - 1}:${deliver}`)).toEqual([
        '2:false',
        '19:true',
      ]);
      expect(transitions.at(-1)).toMatchObject({ from: 'firing', to: 'firing', step: 19 });
      expect(transitions.at(-1)?.alert).toMatchObject({ kind: 'shift', notified: true });
      expect(gate.shift?.alert.notified).toBe(true);
    });

    it('keeps a second level on top of it from being another shift', () => {
      const high = raws('o', 18, 30, 2.5);
      expect(course(...laid, ...high)).toEqual([...shift, '20:firing']);
    });
  });
});

describe('an acceptance', () => {
  const input = inputAt(12, '.');

  it('ends the firing alert as accepted, and what led to it no longer counts', () => {
    const { gate } = live(inputsOf(`${shifted}ll`), slow);
    const { gate: after, transitions, notifications } = acceptGate(slow, gate, { input, isWhole: true });
    expect(transitions.map(told)).toEqual(['12:resolved accepted']);
    expect(notifications).toMatchObject([{ event: 'resolved', deliver: true }]);
    expect(after).toMatchObject({ open: null, hours: [], refractory: null });
  });

  it('of less than the whole leaves only what is stranger than the peak as news, for two days', () => {
    const { gate } = live(inputsOf(`${shifted}ll`), slow);
    const { gate: after } = acceptGate(slow, gate, { input, isWhole: false });
    expect(after.refractory).toMatchObject({ feature: 'latency', peakRaw: 2, untilStep: 12 + 96 });
  });

  it('ends the shift that was laid aside, not what is open beside it', () => {
    const { gate } = live(
      [
        ...inputsOf(shifted),
        ...Array.from({ length: 8 }, (_, i) => inputAt(10 + i, 'q', { raw: 1.5 })),
        ...[18, 19, 20].map((step) => inputAt(step, 'o', { raw: 3 })),
      ],
      slow,
    );
    const accepted = acceptGate(slow, gate, { input: inputAt(20, '.'), isWhole: true });
    expect(accepted.transitions.map(({ alert }) => [alert.kind, alert.resolution])).toEqual([
      ['shift', 'accepted'],
    ]);
    expect(accepted.gate.open?.state).toBe('firing');
  });

  it('has nothing to end where nothing fires', () => {
    const gate = newGateState();
    expect(acceptGate(slow, gate, { input, isWhole: true })).toEqual({
      gate,
      transitions: [],
      notifications: [],
    });
  });
});

describe('for any course of steps at levels that stay and go', () => {
  it('no two open alerts have one key, none fires without a start, and all that fired ended or are open', () => {
    let shifts = 0;
    fc.assert(
      fc.property(anyCourse, (inputs) => {
        const { gate, transitions } = live(inputs, slow);
        const open = new Map<string, { state: string; kind: string }>();
        const ids = new Set<string>();
        for (const { alert, from, to } of transitions) {
          const before = open.get(alert.id);
          if (from === null) expect(ids.has(alert.id)).toBe(false);
          else expect(before?.state).toBe(from);
          ids.add(alert.id);
          open.delete(alert.id);
          if (to === 'pending' || to === 'firing') open.set(alert.id, { state: to, kind: alert.kind });
          if (alert.kind === 'shift' && to === 'firing') shifts++;
          const kinds = [...open.values()].map(({ kind }) => kind);
          expect(new Set(kinds).size).toBe(kinds.length);
          expect(kinds.filter((kind) => kind !== 'shift').length).toBeLessThanOrEqual(1);
        }
        const left = [gate.open, gate.shift?.alert ?? null].flatMap((one) => (one === null ? [] : [one.id]));
        expect([...open.keys()].sort()).toEqual(left.sort());
      }),
      { numRuns: 400 },
    );
    expect(shifts).toBeGreaterThan(50);
  });

  it('the state may go through JSON at any step and nothing changes', () => {
    fc.assert(
      fc.property(anyCourse, (inputs) => {
        expect(liveThroughJson(inputs, slow)).toEqual(live(inputs, slow));
      }),
      { numRuns: 100 },
    );
  });

  it('each repeat of an alert has a number of its own, in order', () => {
    fc.assert(
      fc.property(anyCourse, (inputs) => {
        const numbers = new Map<string, number[]>();
        for (const { alert, event, repeat = 0 } of live(inputs, slow).notifications) {
          if (event === 'firing') numbers.set(alert.id, [...(numbers.get(alert.id) ?? []), repeat]);
        }
        for (const list of numbers.values()) expect(list).toEqual(list.map((_, index) => index));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the reminder of an alert', () => {
  /** Each 6 steps of half an hour; a shift is wanted after more than 9.6. */
  const reminding: GateContext = {
    ...slow,
    spec: { ...slow.spec, alert: { ...slow.spec.alert, repeatIntervalMs: 6 * slow.spec.stepMs } },
  };
  const remindedAt = (letters: string): string[] =>
    live(inputsOf(letters), reminding).notifications.map(
      ({ alert, atMs }) => `${atMs / slow.spec.stepMs - 1}:${alert.kind}`,
    );

  it.each<[what: string, letters: string, told: string[]]>([
    ['comes after repeat_interval', 'ooohhhhhh', ['2:anomaly', '8:anomaly']],
    ['waits for the news that the level stays, if that is near', shifted, ['2:anomaly', '9:shift']],
    ['waits no longer than half an interval', 'ooooooohhhhhh', ['2:anomaly', '11:anomaly']],
  ])('%s', (_what, letters, course) => {
    expect(remindedAt(letters)).toEqual(course);
  });
});
