import { describe, expect, it } from 'vitest';
import { advanceGate, closeGate } from '../../../src/pipeline/alerts/advance-gate.ts';
import { newGateState, type GateContext, type GateInput } from '../../../src/pipeline/alerts/gate-state.ts';
import type { FeatureGate } from '../../../src/core/detector.ts';
import type { AlertTransition, Contribution, ScoredStep } from '../../../src/pipeline/effects.ts';
import {
  context,
  culprit,
  inputAt,
  inputsOf,
  live,
  liveThroughJson,
  spec,
  stepMs,
  type StepLetter,
} from './gate-fixtures.ts';
import { fc } from '../../support/properties.ts';

const told = ({ from, to, step }: AlertTransition): string => `${step}:${from ?? 'none'}>${to}`;

const withAlert = (change: Partial<GateContext['spec']['alert']>): GateContext => ({
  ...context,
  spec: { ...spec, alert: { ...spec.alert, ...change } },
});

const withRaw = (input: GateInput, raw: number, change: Partial<ScoredStep> = {}): GateInput => ({
  ...input,
  scored: input.scored && { ...input.scored, raw, ...change },
});

describe('the life of an alert under 3 of 5', () => {
  it.each<[what: string, letters: string, transitions: string[]]>([
    ['quiet steps do nothing', 'qqqqqqqq', []],
    ['steps without a score do nothing', '..........', []],
    ['a score over 1 with a quiet newest row does nothing', 'sssssss', []],
    [
      'one step over waits for its window and is discarded',
      'qoqqqqqq',
      ['1:none>pending', '6:pending>discarded'],
    ],
    ['two steps over are not enough', 'ooqqqq', ['0:none>pending', '5:pending>discarded', '5:none>pending']],
    ['three in a row fire at the third', 'qooo', ['1:none>pending', '3:pending>firing']],
    ['three of five fire at the third', 'oqoqo', ['0:none>pending', '4:pending>firing']],
    ['three of six do not fire', 'oqoqqo', ['0:none>pending', '5:pending>discarded', '5:none>pending']],
    ['steps without a score count among the five', 'o..oo', ['0:none>pending', '4:pending>firing']],
    [
      'the window slides on to a later first step',
      'oqqoqoo',
      ['0:none>pending', '5:pending>discarded', '5:none>pending', '6:pending>firing'],
    ],
    ['five quiet steps resolve', 'oooqqqqq', ['0:none>pending', '2:pending>firing', '7:firing>resolved']],
    ['four quiet steps do not', 'oooqqqqoqqqq', ['0:none>pending', '2:pending>firing']],
    [
      'a quiet newest row counts as quiet, whatever the score',
      'ooosssss',
      ['0:none>pending', '2:pending>firing', '7:firing>resolved'],
    ],
    ['between 0.8 and 1 an alert goes on', 'ooohhhhhhhhhh', ['0:none>pending', '2:pending>firing']],
    [
      'a step without a score neither adds to the quiet ones nor starts them anew',
      'oooqq..qqq',
      ['0:none>pending', '2:pending>firing', '9:firing>resolved'],
    ],
    ['nine steps without a score do not end it', 'ooo.........o', ['0:none>pending', '2:pending>firing']],
    [
      'a scored step starts the count of those without a score anew',
      'ooo......h......h......',
      ['0:none>pending', '2:pending>firing'],
    ],
    [
      'ten steps without a score do',
      'ooo..........',
      ['0:none>pending', '2:pending>firing', '12:firing>resolved'],
    ],
    [
      'after the end another one may start',
      'oooqqqqqooo',
      ['0:none>pending', '2:pending>firing', '7:firing>resolved', '8:none>pending', '10:pending>firing'],
    ],
  ])('%s', (_what, letters, transitions) => {
    expect(live(inputsOf(letters)).transitions.map(told)).toEqual(transitions);
  });

  it('under 1 of 1 becomes pending and fires in the same step', () => {
    const { transitions } = live(inputsOf('qo'), withAlert({ confirm: { steps: 1, of: 1 } }));
    expect(transitions.map(told)).toEqual(['1:none>pending', '1:pending>firing']);
  });
});

describe('an alert', () => {
  it('keeps id, kind and onset of its first step over', () => {
    const first = inputAt(4, 'o', { scoreWithoutGuards: 0.5 });
    const { transitions } = live([first, inputAt(5, 'o'), inputAt(6, 'o')]);
    expect(transitions.map(({ alert }) => alert.kind)).toEqual(['range', 'range']);
    expect(new Set(transitions.map(({ alert }) => alert.id)).size).toBe(1);
    expect(transitions[1]?.alert).toMatchObject({ firstStepOver: 4, firedStep: 6, lastStepOver: 6 });
  });

  it('has an id that detector, entity, kind and first step alone decide', () => {
    const idOf = (from: GateContext, input: GateInput): string | undefined =>
      live([input], from).transitions[0]?.alert.id;
    const id = idOf(context, inputAt(4, 'o'));
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(idOf({ ...context, labels: {} }, inputAt(4, 'o', { score: 7 }))).toBe(id);
    expect(idOf({ ...context, entity: 'db-4' }, inputAt(4, 'o'))).not.toBe(id);
    expect(idOf({ ...context, spec: { ...spec, name: 'other' } }, inputAt(4, 'o'))).not.toBe(id);
    expect(idOf(context, inputAt(5, 'o'))).not.toBe(id);
    expect(idOf(context, inputAt(4, 'o', { scoreWithoutGuards: 0.9 }))).not.toBe(id);
  });

  it('remembers the worst score, by raw where the cap makes scores equal', () => {
    const steps = [
      inputAt(0, 'o', { score: 10, raw: 3 }),
      inputAt(1, 'o', { score: 10, raw: 5 }),
      inputAt(2, 'o', { score: 9, raw: 9 }),
      inputAt(3, 'o', { score: 10, raw: 4 }),
    ];
    expect(live(steps).gate.open).toMatchObject({ peakScore: 10, peakStep: 1 });
  });

  it('does not show the way back as the worst, when the forecast still expects what was strange', () => {
    const values = [
      { seen: 9, expected: 4 },
      { seen: 4, expected: 12 },
    ];
    const inputs = inputsOf('oooo').map((input, step) => ({
      ...input,
      contributions: [{ ...culprit, ...(step < 3 ? values[0] : values[1]) }],
    }));
    expect(live(inputs).gate.open?.contributions).toMatchObject([{ seen: 9, expected: 4 }]);
  });

  it('shows the culprit when it was furthest from expected, not when a forecast had caught up', () => {
    const at = (step: number, seen: number, expected: number): GateInput => ({
      ...inputAt(step, 'o', { score: 2 + step }),
      contributions: [{ ...culprit, seen, expected }],
    });
    const { gate } = live([at(0, 2, 1), at(1, 9, 2), at(2, 9, 8), at(3, 9, 9)]);
    expect(gate.open).toMatchObject({ peakStep: 3, contributions: [{ seen: 9, expected: 2 }] });
  });

  it('is plain JSON even where values are missing', () => {
    const broken = { ...culprit, feature: 'gone', seen: Number.NaN };
    const over = inputsOf('ooo').map((input) => ({ ...input, contributions: [culprit, broken] }));
    const { gate, transitions } = live(over);
    expect(JSON.parse(JSON.stringify({ gate, transitions }))).toEqual({ gate, transitions });
    expect(gate.open?.recent).toEqual([1, null, 4]);
    expect(gate.open?.contributions).toEqual([culprit]);
  });

  it('made of the later steps of a discarded one goes on with the values of the same culprit', () => {
    const { gate } = live(inputsOf('oqoqqq'));
    expect(gate.open).toMatchObject({ state: 'pending', firstStepOver: 2, recent: [1, null, 4] });
  });

  it('made of the later steps of a discarded one has no values of another culprit', () => {
    const other = { ...inputAt(2, 'o', { score: 1.5 }), contributions: [{ ...culprit, feature: 'cpu' }] };
    const { gate } = live([inputAt(0, 'o'), inputAt(1, 'q'), other, inputAt(5, '.')]);
    expect(gate.open?.contributions[0]?.feature).toBe('cpu');
    expect(gate.open?.recent).toEqual([]);
  });

  it('says why it ended', () => {
    expect(live(inputsOf('oooqqqqq')).transitions.at(-1)?.alert.resolution).toBe('recovered');
    expect(live(inputsOf('ooo..........')).transitions.at(-1)?.alert.resolution).toBe('no_data');
  });

  it('of an entity that says nothing for long ends at the tenth silent step, before the entity comes back', () => {
    const { transitions } = live([...inputsOf('ooo'), inputAt(500, 'o')]);
    expect(transitions.map(told)).toEqual([
      '0:none>pending',
      '2:pending>firing',
      '12:firing>resolved',
      '500:none>pending',
    ]);
  });

  it('ends when its entity is forgotten', () => {
    const firing = closeGate(context, live(inputsOf('ooo')).gate, 9);
    expect(firing.transitions.map(told)).toEqual(['9:firing>resolved']);
    expect(firing.gate.open).toBeNull();
    const pending = closeGate(context, live(inputsOf('o')).gate, 9);
    expect(pending.transitions.map(told)).toEqual(['9:pending>discarded']);
    expect(closeGate(context, newGateState(), 9).transitions).toEqual([]);
  });
});

describe('in the wake of an alert, while its windows still hold the incident', () => {
  const wake = inputsOf('ooosssss');
  const longestWindow = Math.max(...spec.windows);
  const ended = ['0:none>pending', '2:pending>firing', '7:firing>resolved'];
  const fired = (from: number): string[] => [...ended, `${from}:none>pending`, `${from + 2}:pending>firing`];
  const steps = (letter: StepLetter, from: number, count: number): GateInput[] =>
    Array.from({ length: count }, (_, index) => inputAt(from + index, letter));
  const stepsOver = (from: number, raw: number, change: Partial<ScoredStep> = {}): GateInput[] =>
    [from, from + 1, from + 2].map((step) => inputAt(step, 'o', { raw, ...change }));
  const ledBy = (feature: string, inputs: readonly GateInput[]): GateInput[] =>
    inputs.map((input) => ({ ...input, contributions: [{ ...culprit, feature }, culprit] }));
  const toldOf = (...inputs: GateInput[]): string[] => live(inputs).transitions.map(told);

  it('an unusual row opens no second alert of the same', () => {
    expect(toldOf(...wake, ...stepsOver(8, 3.1))).toEqual(ended);
  });

  it('what is stranger than the wake does', () => {
    expect(toldOf(...wake, ...stepsOver(8, 3.5))).toEqual(fired(8));
  });

  it('once the score has left, anything over does', () => {
    expect(toldOf(...wake, inputAt(8, 'q'), ...stepsOver(9, 2))).toEqual(fired(9));
  });

  const faded = inputAt(8, 's', { raw: 1.5 });

  it('another feature that only comes to the front opens none', () => {
    expect(toldOf(...wake, ...ledBy('cpu', stepsOver(8, 2.9)))).toEqual(ended);
    expect(toldOf(...wake, faded, ...ledBy('cpu', stepsOver(9, 1.6)))).toEqual(ended);
  });

  it('another feature does with more than the windows still remember, the same one with more than at the end', () => {
    expect(toldOf(...wake, faded, ...ledBy('cpu', stepsOver(9, 2)))).toEqual(fired(9));
    expect(toldOf(...wake, faded, ...stepsOver(9, 2))).toEqual(ended);
  });

  it('what no known feature leads does likewise', () => {
    const unnamed = stepsOver(9, 2).map((input) => ({ ...input, contributions: [] }));
    expect(toldOf(...wake, faded, ...unnamed)).toEqual(fired(9));
  });

  it('an alert without a known feature silences nothing', () => {
    const unnamed = wake.map((input) => ({ ...input, contributions: [] }));
    expect(toldOf(...unnamed, ...stepsOver(8, 1.5))).toEqual(fired(8));
  });

  it('it lasts as many steps as the longest window and no longer', () => {
    const lastSilent = 7 + longestWindow;
    expect(toldOf(...wake, ...steps('s', 8, longestWindow - 3), ...stepsOver(lastSilent - 2, 3))).toEqual(
      ended,
    );
    expect(toldOf(...wake, ...steps('s', 8, longestWindow), ...stepsOver(lastSilent + 1, 3))).toEqual(
      fired(lastSilent + 1),
    );
  });

  it('steps over that go on for ever are silenced no longer than that', () => {
    expect(toldOf(...wake, ...steps('o', 8, 500).map((input) => withRaw(input, 3.1)))).toEqual(
      fired(8 + longestWindow),
    );
  });

  it.each([
    ['without a score', (from: number, count: number) => steps('.', from, count)],
    ['left out', () => []],
  ])('two steps %s do not end it, three do, since the windows begin anew', (_what, gap) => {
    expect(toldOf(...wake, ...gap(8, 2), ...stepsOver(10, 3))).toEqual(ended);
    expect(toldOf(...wake, ...gap(8, 3), ...stepsOver(11, 3))).toEqual(fired(11));
  });

  it('a scored step starts the count of those without a score anew', () => {
    const broken = ['.', '.', 's', '.', '.'].map((letter, index) => inputAt(8 + index, letter as StepLetter));
    expect(toldOf(...wake, ...broken, ...stepsOver(13, 3))).toEqual(ended);
  });

  it('scores of another model do not compare with it', () => {
    expect(toldOf(...wake, ...stepsOver(8, 2, { modelVersion: 'm2' }))).toEqual(fired(8));
  });

  it('it does not come back with the model that it was of', () => {
    const other = inputAt(8, 's', { modelVersion: 'm2' });
    expect(toldOf(...wake, other, ...stepsOver(9, 2))).toEqual(fired(9));
  });

  it('after a gap and under another model a lasting incident is told once', () => {
    const lasting = steps('o', 58, 500).map((input) => withRaw(input, 3.1, { score: 5, modelVersion: 'm2' }));
    expect(toldOf(...wake, ...steps('.', 8, 50), ...lasting)).toEqual(fired(58));
  });

  it('an alert whose score had left at its end leaves none, nor does one that ended for lack of data', () => {
    expect(live(wake).gate.refractory).toMatchObject({ feature: 'latency', wake: { raw: 3 } });
    expect(live(inputsOf('ooosssssq')).gate.refractory).toBeNull();
    expect(live(inputsOf('oooqqqqq')).gate.refractory).toBeNull();
    expect(live(inputsOf('ooo..........')).gate.refractory).toBeNull();
  });

  it('a state of an earlier version has none', () => {
    const { refractory: _none, told: _never, ...earlier } = newGateState();
    expect(live(stepsOver(0, 2), context, earlier).transitions.map(told)).toEqual([
      '0:none>pending',
      '2:pending>firing',
    ]);
  });
});

describe('in the refractory time after an alert', () => {
  const patient = withAlert({ refractoryMs: 20 * stepMs });
  const overAt = (from: number, raw: number): GateInput[] =>
    [from, from + 1, from + 2].map((step) => inputAt(step, 'o', { raw }));
  const alertsOf = (...later: GateInput[]): number =>
    live([...inputsOf('oooqqqqq'), ...later], patient).transitions.filter(({ to }) => to === 'firing').length;

  it('only what is stranger than its peak makes another one', () => {
    expect(alertsOf(...overAt(10, 2))).toBe(1);
    expect(alertsOf(...overAt(10, 2.1))).toBe(2);
  });

  it('it lasts as long as it is set to, from the end of the alert on', () => {
    expect(alertsOf(...overAt(25, 2))).toBe(1);
    expect(alertsOf(...overAt(28, 2))).toBe(2);
  });

  it('an alert that ended for lack of data has none: what goes on is told', () => {
    const { transitions } = live([...inputsOf('ooo..........'), ...overAt(14, 1.5)], patient);
    expect(transitions.filter(({ to }) => to === 'firing').length).toBe(2);
  });
});

describe('gates', () => {
  const overs = (seen: number, expected: number): GateInput[] =>
    inputsOf('oooooo').map((input) => ({ ...input, contributions: [{ ...culprit, seen, expected }] }));
  const fires = (from: GateContext, inputs: GateInput[]): boolean =>
    live(inputs, from).transitions.some(({ to }) => to === 'firing');

  it.each<[direction: 'up' | 'down' | 'both', seen: number, expected: number, fires: boolean]>([
    ['up', 2, 1, true],
    ['up', 1, 2, false],
    ['up', 1, 1, false],
    ['down', 1, 2, true],
    ['down', 2, 1, false],
    ['both', 2, 1, true],
    ['both', 1, 2, true],
  ])('direction %s with %d seen and %d expected: fires %s', (direction, seen, expected, wanted) => {
    expect(fires(withAlert({ direction }), overs(seen, expected))).toBe(wanted);
  });

  it.each<[seen: number, expected: number, fires: boolean]>([
    [110, 100, true],
    [109, 100, false],
    [90, 100, true],
    [-109, -100, false],
    [-111, -100, true],
    [0.001, 0, true],
  ])('min_change of a tenth, with %d seen and %d expected: fires %s', (seen, expected, wanted) => {
    expect(fires(withAlert({ minChange: { relative: 0.1, absolute: 0 } }), overs(seen, expected))).toBe(
      wanted,
    );
  });

  it('an absolute min_change is in the unit of the feature, and with a relative one both must hold', () => {
    const atLeast = (relative: number, absolute: number) => withAlert({ minChange: { relative, absolute } });
    expect(fires(atLeast(0, 5), overs(105, 100))).toBe(true);
    expect(fires(atLeast(0, 5), overs(104, 100))).toBe(false);
    expect(fires(atLeast(0.1, 5), overs(105, 100))).toBe(false);
    expect(fires(atLeast(0.1, 5), overs(2, 1))).toBe(false);
    expect(fires(atLeast(0.1, 5), overs(111, 100))).toBe(true);
  });

  it('of a feature take the place of the detector’s, each by itself', () => {
    const own = (gate: Partial<FeatureGate>, alert = {}): GateContext => {
      const feature = {
        name: 'latency',
        metric: 'latency',
        where: [],
        as: 'gauge',
        aggregate: 'mean',
      } as const;
      const whole = { direction: null, minChange: null, worse: null, ...gate };
      const from = withAlert(alert);
      return { ...from, spec: { ...from.spec, features: [{ ...feature, unit: 's', gate: whole }] } };
    };
    expect(fires(own({ direction: 'up' }), overs(1, 2))).toBe(false);
    expect(fires(own({ direction: 'both' }, { direction: 'up' }), overs(1, 2))).toBe(true);
    expect(fires(own({ minChange: { relative: 0, absolute: 3 } }), overs(1, 2))).toBe(false);
    expect(fires(own({ direction: 'down' }, { minChange: { relative: 2, absolute: 0 } }), overs(1, 2))).toBe(
      false,
    );
    const other = { ...culprit, feature: 'cpu', seen: 1, expected: 2 };
    const ledByCpu = inputsOf('ooo').map((input) => ({ ...input, contributions: [other] }));
    expect(fires(own({ direction: 'up' }), ledByCpu)).toBe(true);
  });

  it('min_features counts those that carry a twentieth of the error and change as asked', () => {
    const second = (change: Partial<Contribution>) =>
      inputsOf('ooo').map((input) => ({
        ...input,
        contributions: [culprit, { ...culprit, feature: 'cpu', ratio: 0.1, ...change }],
      }));
    const two = withAlert({ minFeatures: 2, direction: 'up' });
    expect(fires(two, second({}))).toBe(true);
    expect(fires(two, second({ ratio: 0.04 }))).toBe(false);
    expect(fires(two, second({ seen: 1, expected: 4 }))).toBe(false);
    expect(fires(two, inputsOf('ooo'))).toBe(false);
  });

  it('let an alert fire whose change only one of its steps shows', () => {
    const inputs = [...overs(9, 9).slice(0, 2), ...overs(9, 5).slice(2, 3)];
    expect(fires(withAlert({ minChange: { relative: 0.1, absolute: 0 } }), inputs)).toBe(true);
  });

  it('do not silence a step without a known culprit', () => {
    const inputs = inputsOf('ooo').map((input) => ({ ...input, contributions: [] }));
    expect(fires(withAlert({ minChange: { relative: 0.5, absolute: 0 }, direction: 'up' }), inputs)).toBe(
      true,
    );
  });
});

describe('notifications', () => {
  const sent = (inputs: GateInput[], from = context): string[] =>
    live(inputs, from).notifications.map(
      ({ event, deliver, atMs }) => `${atMs / stepMs}:${event}:${deliver}`,
    );
  const aged = (input: GateInput): GateInput => ({
    ...input,
    newestKnownMs: input.newestKnownMs + context.maxAlertAgeMs + 1,
  });

  it('tell of firing and resolved, at the end of their steps', () => {
    expect(sent(inputsOf('oooqqqqq'))).toEqual(['3:firing:true', '8:resolved:true']);
  });

  it('in observe mode are kept but not delivered', () => {
    const observing: GateContext = { ...context, spec: { ...spec, mode: 'observe' } };
    expect(sent(inputsOf('oooqqqqq'), observing)).toEqual(['3:firing:false', '8:resolved:false']);
  });

  it('of a provisional alert are never delivered', () => {
    const provisional = inputsOf('ooo').map((input) => ({
      ...input,
      scored: input.scored && { ...input.scored, provisional: true },
    }));
    expect(sent([...provisional, ...inputsOf('oooooqqqqq').slice(3)])).toEqual([
      '3:firing:false',
      '10:resolved:false',
    ]);
  });

  it('of an alert that is over and past max_alert_age are not delivered', () => {
    expect(sent(inputsOf('oooqqqqq').map(aged))).toEqual(['3:firing:false', '8:resolved:false']);
  });

  it('are made up for when an alert found too late still goes on', () => {
    const inputs = inputsOf('oooooqqqqq').map((input) => (input.step < 4 ? aged(input) : input));
    const { gate, transitions } = live(inputs.slice(0, 5));
    expect(gate.open?.notified).toBe(true);
    expect(transitions.map(told).slice(1)).toEqual(['2:pending>firing', '4:firing>firing']);
    expect(transitions.at(-1)?.alert.notified).toBe(true);
    expect(sent(inputs)).toEqual(['3:firing:false', '5:firing:true', '10:resolved:true']);
  });

  it('are made up for at a step that is not over too, but not while the alert may be about to end', () => {
    const muted: GateContext = { ...context, isQuiet: (timeMs) => timeMs < 5 * stepMs };
    expect(sent(inputsOf('ooohhhh'), muted)).toEqual(['3:firing:false', '5:firing:true']);
    expect(sent(inputsOf('oooqqqqq'), muted)).toEqual(['3:firing:false', '8:resolved:false']);
    const old = inputsOf('ooohhhh').map((input) => (input.step < 5 ? aged(input) : input));
    expect(sent(old)).toEqual(['3:firing:false', '6:firing:true']);
  });

  it('of an end are delivered if its beginning was, however late', () => {
    const inputs = inputsOf('oooqqqqq').map((input) => (input.step > 2 ? aged(input) : input));
    expect(sent(inputs)).toEqual(['3:firing:true', '8:resolved:true']);
  });
});

describe('an alert that goes on is told again', () => {
  const hourly = withAlert({ repeatIntervalMs: 10 * stepMs });
  const tellings = (inputs: GateInput[], from = hourly): string[] =>
    live(inputs, from).notifications.map(
      ({ event, repeat = 0, atMs, deliver }) => `${atMs / stepMs - 1}:${event}:${repeat}:${deliver}`,
    );

  it('at each repeat_interval, counted from when it was told last', () => {
    expect(tellings(inputsOf(`${'o'.repeat(30)}qqqqq`))).toEqual([
      '2:firing:0:true',
      '12:firing:1:true',
      '22:firing:2:true',
      '34:resolved:0:true',
    ]);
  });

  it('also while it is neither over nor quiet, but not while it may be about to end', () => {
    expect(tellings(inputsOf(`ooo${'h'.repeat(12)}`))).toEqual(['2:firing:0:true', '12:firing:1:true']);
    expect(tellings(inputsOf('oooooooooqqqqo')).slice(1)).toEqual(['13:firing:1:true']);
  });

  it('never with an interval of 0, in observe mode or without data', () => {
    expect(tellings(inputsOf('o'.repeat(30)), withAlert({ repeatIntervalMs: 0 }))).toHaveLength(1);
    const observing: GateContext = { ...hourly, spec: { ...hourly.spec, mode: 'observe' } };
    expect(tellings(inputsOf('o'.repeat(30)), observing)).toEqual(['2:firing:0:false']);
    expect(tellings([...inputsOf('ooo'), inputAt(12, '.')])).toHaveLength(2);
  });

  it('in a catch-up only once it is live again', () => {
    const behind = inputsOf('o'.repeat(40)).map((input) =>
      input.step > 5 && input.step < 35
        ? { ...input, newestKnownMs: input.newestKnownMs + context.maxAlertAgeMs + 1 }
        : input,
    );
    expect(tellings(behind)).toEqual(['2:firing:0:true', '35:firing:1:true']);
  });

  it('though a state of an earlier version does not know when it was told', () => {
    const { told: _never, ...earlier } = live(inputsOf('ooo'), hourly).gate;
    const { notifications } = live([inputAt(11, 'o'), inputAt(12, 'o')], hourly, earlier);
    expect(notifications.map(({ repeat }) => repeat)).toEqual([1]);
  });
});

describe('for any course of steps', () => {
  const letters = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom<StepLetter>('o', 'q') },
      { weight: 1, arbitrary: fc.constantFrom<StepLetter>('h', 's', '.') },
    ),
    { maxLength: 80, size: 'max' },
  );
  const skips = fc.array(fc.constantFrom(1, 1, 1, 1, 1, 2, 4, 15), { minLength: 80, maxLength: 80 });

  const course = fc.tuple(letters, skips).map(([sorts, gaps]) => {
    let step = 100;
    return sorts.map((letter, index) => inputAt((step += gaps[index] ?? 1), letter));
  });

  it('transitions follow each other, one alert open at a time, and all that fired ended or is open', () => {
    let fired = 0;
    fc.assert(
      fc.property(course, (inputs) => {
        const { gate, transitions } = live(inputs);
        let open: { id: string; state: string } | null = null;
        const ids = new Set<string>();
        for (const { alert, from, to } of transitions) {
          if (from === null) {
            expect(open).toBeNull();
            expect(ids.has(alert.id)).toBe(false);
            ids.add(alert.id);
          } else {
            expect(open).toEqual({ id: alert.id, state: from });
          }
          if (to === 'firing') fired++;
          open = to === 'pending' || to === 'firing' ? { id: alert.id, state: to } : null;
        }
        expect(gate.open && { id: gate.open.id, state: gate.open.state }).toEqual(open);
      }),
      { numRuns: 300 },
    );
    expect(fired).toBeGreaterThan(100);
  });

  it('an alert fires only with 3 steps over among the 5 up to it, the first of which is its onset', () => {
    fc.assert(
      fc.property(course, (inputs) => {
        const over = new Set(inputs.filter(({ scored }) => scored?.over).map(({ step }) => step));
        for (const { alert, to, step } of live(inputs).transitions) {
          if (to !== 'firing') continue;
          const last = [4, 3, 2, 1, 0]
            .map((back) => step - back)
            .filter((s) => over.has(s) && s >= alert.firstStepOver);
          expect(last.length).toBeGreaterThanOrEqual(3);
          expect(last[0]).toBe(alert.firstStepOver);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the state may go through JSON at any step and nothing changes', () => {
    fc.assert(
      fc.property(course, (inputs) => {
        expect(liveThroughJson(inputs)).toEqual(live(inputs));
      }),
      { numRuns: 100 },
    );
  });

  it('telling the gate of silent steps early or not at all makes no difference', () => {
    fc.assert(
      fc.property(course, fc.infiniteStream(fc.boolean()), (inputs, coins) => {
        let gate = newGateState();
        const transitions: AlertTransition[] = [];
        for (const input of inputs) {
          const { open, lastStep } = gate;
          const silent = open !== null && lastStep !== null && input.step > lastStep + 1;
          const early = {
            ...inputAt(input.step - 1, '.'),
            recent: () => (open?.recent ?? []).map((v) => v ?? NaN),
          };
          for (const next of silent && coins.next().value === true ? [early, input] : [input]) {
            const outcome = advanceGate(context, gate, next);
            gate = outcome.gate;
            transitions.push(...outcome.transitions);
          }
        }
        const unaware = live(inputs);
        expect({ gate, transitions }).toEqual({ gate: unaware.gate, transitions: unaware.transitions });
      }),
      { numRuns: 300 },
    );
  });

  it('one-step blips never fire; a three-step fault does and is resolved within six steps of its end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5, max: 20 }), { maxLength: 10 }),
        fc.integer({ min: 6, max: 20 }),
        (gaps, before) => {
          const blips = gaps.map((gap) => `o${'q'.repeat(gap - 1)}`).join('');
          expect(live(inputsOf(blips)).transitions.some(({ to }) => to === 'firing')).toBe(false);
          const lead = `${blips}${'q'.repeat(before)}`;
          const { transitions } = live(inputsOf(`${lead}ooo${'q'.repeat(6)}`));
          const last = transitions.slice(-2);
          expect(last.map(({ to }) => to)).toEqual(['firing', 'resolved']);
          expect(last[0]?.step).toBe(lead.length + 2);
          expect(last[1]?.step).toBeLessThanOrEqual(lead.length + 2 + 6);
        },
      ),
    );
  });
});

it('a step that is not newer than the last one is refused', () => {
  const { gate } = live(inputsOf('qq'));
  expect(() => advanceGate(context, gate, inputAt(1, 'q'))).toThrow(
    /Step 1 of hosts \/ db-3 came after step 1/,
  );
});
