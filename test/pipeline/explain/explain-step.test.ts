import { describe, expect, it } from 'vitest';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import type { KeptStep } from '../../../src/pipeline/checkpoint.ts';
import { createState } from '../../../src/pipeline/create-state.ts';
import { explainStep } from '../../../src/pipeline/explain/explain-step.ts';
import { replayKept } from '../../../src/pipeline/explain/replay-kept.ts';
import type { Alert } from '../../../src/pipeline/effects.ts';
import type { StepExplanation } from '../../../src/pipeline/explain/step-explanation.ts';
import { firingAlert } from '../../delivery/alert-fixtures.ts';
import { calibrations, NOTHING } from '../drive.ts';
import { fakeModel, fakeSpec } from '../scoring/fake-scoring-model.ts';

const ordinary = fakeSpec();
const spec: DetectorSpec = {
  ...ordinary,
  alert: { ...ordinary.alert, confirm: { steps: 2, of: 3 } },
};

interface Row {
  readonly busy?: number;
  readonly score?: number;
  readonly over?: boolean;
  readonly alertable?: boolean;
  readonly filled?: boolean;
  /** Missing steps before it. */
  readonly gap?: number;
}

const quiet: Row = { score: 0.3 };
const over: Row = { busy: 0.9, score: 1.5, over: true, alertable: true };

/** What `explain` says of the last of some kept steps. */
function explained(
  rows: readonly Row[],
  of: {
    readonly spec?: DetectorSpec;
    readonly usedThen?: boolean;
    readonly modelFrom?: number;
    readonly alerts?: readonly Alert[];
  } = {},
): StepExplanation {
  const { usedThen = true, modelFrom = 0, alerts = [] } = of;
  const watched = of.spec ?? spec;
  const [detector] = createState({
    detectors: [watched],
    restored: { ...NOTHING, activations: [{ detector: 'hosts', version: 'v1', effectiveStep: modelFrom }] },
    models: [{ model: { ...fakeModel(), rowsLeast: 2, rowsNeeded: 4 }, calibrations }],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
  }).detectors;
  if (detector === undefined) throw new Error('no detector');
  let step = 0;
  const kept = rows.map(
    ({ busy = 0.2, score = NaN, over: isOver = false, alertable = false, filled = false, gap = 0 }) => {
      step += 1 + gap;
      const raw = Number.isNaN(score) ? NaN : busy;
      return { step, values: Float64Array.of(busy, 0.5), filled, raw, score, over: isOver, alertable };
    },
  ) satisfies KeptStep[];
  const history = {
    entity: 'db-1',
    labels: { instance: 'db-1' },
    cohort: '',
    calibration: null,
    alerts,
    kept,
  };
  const last = [...replayKept(detector, history, 0)].flat().at(-1);
  if (last === undefined) throw new Error('nothing was replayed');
  return explainStep(last, { spec: watched, entity: 'db-1', labels: history.labels, usedThen });
}

const firstFailed = ({ checks }: StepExplanation): string | undefined =>
  checks.find(({ held }) => held === false)?.name;

describe('explainStep', () => {
  it.each<[string, readonly Row[], string, string | undefined, string]>([
    ['quiet', [quiet, quiet], 'Did not fire: the score is 0.30, below the threshold of 1.', 'score', 'quiet'],
    [
      'a window that remembers a blip',
      [quiet, { score: 1.2 }],
      'Did not fire: the score is 1.20, but the newest row itself is usual; the windows still hold what came before.',
      'newest row',
      'held_back',
    ],
    [
      'a first step over',
      [quiet, over],
      'Did not fire yet: the score is 1.50, but 1 of the last 3 steps is over and 2 are wanted (confirm).',
      'confirm',
      'pending',
    ],
    [
      'the step that confirms',
      [quiet, over, over],
      'Fired: score 1.50, second step over of the last 3; busy was 0.9 busy unit instead of about 0 busy unit (higher).',
      undefined,
      'fired',
    ],
    ['an open alert', [quiet, over, over, over], 'No new alert: ', undefined, 'firing'],
    [
      'the fifth quiet step',
      [over, over, quiet, quiet, quiet, quiet, quiet],
      'Resolved: the open alert has ended with this step, score 0.30.',
      'score',
      'resolved',
    ],
    [
      'warm-up',
      [{}],
      'Not scored: warm-up, 1 of the 2 steps in a row that a score needs at least.',
      undefined,
      'not_scored',
    ],
    [
      'warm-up after a gap',
      [quiet, quiet, { gap: 5 }],
      'Not scored: warm-up, 1 of the 2 steps in a row',
      undefined,
      'not_scored',
    ],
    [
      'a step without a sample',
      [quiet, quiet, { filled: true }],
      'Not scored: no sample fell into this step',
      undefined,
      'not_scored',
    ],
  ])('says of %s why', (_name, rows, sentence, failed, outcome) => {
    const explanation = explained(rows);
    expect(explanation.sentence.slice(0, sentence.length)).toBe(sentence);
    expect(firstFailed(explanation)).toBe(failed);
    expect(explanation.outcome).toBe(outcome);
    expect(explanation.sentence.split(/\.(?= |$)/).filter((part) => part !== '')).toHaveLength(1);
  });

  it('says that the gates did not let a change pass, and what they want', () => {
    const onlyDown = { ...spec, alert: { ...spec.alert, direction: 'down' as const } };
    const unwanted = { ...over, alertable: false };
    const explanation = explained([quiet, unwanted, unwanted], { spec: onlyDown });
    expect(explanation.sentence).toMatch(/^Did not fire: .* the detector asks for a change downwards/);
    expect(firstFailed(explanation)).toBe('direction and size');
    expect(explanation.checks.find(({ name }) => name === 'confirm')?.held).toBe(true);
  });

  it('does not say what the gates made of a usual row, which is not kept', () => {
    const { checks } = explained([quiet, { score: 1.2 }]);
    expect(checks.map(({ name, held }) => [name, held])).toEqual([
      ['score', true],
      ['newest row', false],
      ['direction and size', null],
      ['new since the last alert', null],
      ['confirm', false],
      ['settled threshold', true],
      ['mode', true],
    ]);
  });

  it('says that a step only repeats what the last alert has left', () => {
    const ending = { score: 0.9 };
    const alert = [quiet, over, over, ending, ending, ending, ending, ending];
    const refractory = { ...spec, alert: { ...spec.alert, refractoryMs: 20 * spec.stepMs } };
    const explanation = explained([...alert, { ...over, busy: 0.55 }], { spec: refractory });
    expect(explanation).toMatchObject({ outcome: 'held_back' });
    expect(explanation.sentence).toContain('no more than what the last alert has left');
    expect(firstFailed(explanation)).toBe('new since the last alert');
  });

  it('names the alert that fired before the kept steps begin, not one of its own making', () => {
    const past = { ...firingAlert(0), firedStep: -40, firstStepOver: -42 };
    const ended = { ...past, id: '0000000000000000', resolvedStep: -30, state: 'resolved' as const };
    const { sentence } = explained([over, over, over], { alerts: [ended, past] });
    expect(sentence).toMatch(new RegExp(`^No new alert: ${past.id} has been firing since `));
    expect(explained([over, over], { alerts: [ended] }).outcome).toBe('fired');
  });

  it('says that an alert was not delivered in observe mode', () => {
    const explanation = explained([quiet, over, over], { spec: { ...spec, mode: 'observe' } });
    expect(explanation.sentence).toContain('; not delivered, the detector only observes.');
    expect(firstFailed(explanation)).toBe('mode');
  });

  it('says that there was no model yet', () => {
    expect(explained([{}, {}], { modelFrom: 10 }).sentence).toMatch(/^Not scored: there was no model yet/);
    expect(explained([{}, {}, {}]).sentence).toMatch(/no model was in use yet when this step was closed/);
  });

  it('gives each feature with its share, what was expected and what training has shown', () => {
    const { features, parts, rowRatio, model } = explained([quiet, over]);
    expect(features).toMatchObject([
      { feature: 'busy', seen: 0.9, expected: 0, share: 0.75, error: 0.9, outside: false },
      { feature: 'load', seen: 0.5, expected: 0.5, share: 0.25, text: { seen: '0.5 load unit' } },
    ]);
    expect(features[0]?.range).toEqual({ low: -100, high: 100 });
    expect(parts).toEqual({ model: 0.9, trainingRange: 0, runningGuards: 0 });
    expect(rowRatio).toBe(2);
    expect(model).toEqual({ version: 'v1', usedThen: true, rows: 2, rowsNeeded: 4, rowsLeast: 2 });
  });

  it('keeps what was said then, and says where it can no longer be had', () => {
    const moved = explained([quiet, quiet]);
    expect(moved).toMatchObject({ score: 0.3, threshold: null });
    expect(moved.notes.join()).toContain('The threshold has been set anew since');
    const other = explained([quiet, quiet], { usedThen: false });
    expect(other.notes.join()).toContain(
      'is not kept any more: expected values and shares are those of the present one, v1',
    );
    expect(JSON.parse(JSON.stringify(other))).toEqual(other);
  });
});
