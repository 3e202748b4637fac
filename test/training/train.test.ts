import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { loadModel, unpackModelFile } from '../../src/model/model-file.ts';
import { lnBudgetRate } from '../../src/pipeline/scoring/budget-rate.ts';
import { decodeCalibrations } from '../../src/pipeline/scoring/calibration-section.ts';
import { scoreSteps } from '../../src/pipeline/scoring/score-steps.ts';
import type { ScoringContext } from '../../src/pipeline/scoring/scoring-state.ts';
import { newScoringState } from '../../src/pipeline/scoring/scoring-state.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEntity, TrainingInput } from '../../src/training/training-input.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

const FIRST = 1000;
const base = fakeSpec();
const spec = {
  ...base,
  windows: [4, 16],
  model: { ...base.model, type: 'linear' as const, backend: 'cpu' as const },
};

/** Load follows busy: the relation that a model can learn. */
function rowsOf(count: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const rows = new Float64Array(count * 2);
  let level = 0;
  for (let i = 0; i < count; i++) {
    level = 0.9 * level + random.normal();
    rows[2 * i] = 50 + 5 * level;
    rows[2 * i + 1] = 10 + level + 0.05 * random.normal();
  }
  return rows;
}

function entity(name: string, count: number, seed: number): TrainingEntity {
  const values = rowsOf(count, seed);
  return { entity: name, cohort: 'web', segments: [{ firstStep: FIRST, count, values }] };
}

function inputOf(overrides: Partial<TrainingInput> = {}): TrainingInput {
  const entities = [entity('a', 1200, 1), entity('b', 1000, 2)];
  return { spec, seed: 1, entities, excluded: [], champion: null, ...overrides };
}

/** Eight of ten days the features go their own ways, as in a long incident that nobody excluded; then all is as ever. */
function poisoned(): TrainingEntity[] {
  return inputOf().entities.map(({ segments, ...rest }) => ({
    ...rest,
    segments: segments.map(({ values, ...segment }) => {
      const changed = values.slice();
      const strangers = rowsOf(values.length / 2, 77);
      for (let i = 1; i < 0.8 * values.length; i += 2) changed[i] = 4 * (strangers[i] ?? 0);
      return { ...segment, values: changed };
    }),
  }));
}

/** One alert a week, unmoved. */
const terms = { offset: 0, lnRate: lnBudgetRate(spec, 2) };

async function contextOf(file: Uint8Array): Promise<ScoringContext> {
  const calibrations = decodeCalibrations(unpackModelFile(file).calibration);
  return {
    spec,
    model: await loadModel(file, 'cpu'),
    calibrations,
    nextRefitMs: () => Infinity,
    excluded: () => [],
    budgetAt: () => terms,
  };
}

describe('train', () => {
  it('makes a file that scores: quiet rows below 1, a broken relation over', async () => {
    const outcome = await train(inputOf());
    if (outcome.kind !== 'promoted') throw new Error(`the first model was to be promoted: ${outcome.detail}`);
    const context = await contextOf(outcome.file);
    const state = newScoringState(context, 'a', 'web');
    const count = context.model.rowsNeeded;
    const rows = rowsOf(count, 5);
    const broken = rows.slice();
    for (let i = count - 4; i < count; i++) broken[2 * i + 1] = 20 - (broken[2 * i + 1] ?? 0) + 1.5;
    const request = { state, entity: 'a', cohort: 'web', count };
    const scores = scoreSteps(context, [
      { ...request, rows, step: FIRST + 2000 },
      { ...request, rows: broken, step: FIRST + 2001 },
    ]);
    expect(scores[0]?.scored.score).toBeLessThan(1);
    expect(scores[1]?.scored).toMatchObject({ over: true, modelVersion: outcome.version });
    context.model.dispose();
  });

  it.each([true, false])('goes on from the nets of the model in use if fine_tune is %s', async (fineTune) => {
    const net = {
      ...spec,
      model: { ...spec.model, type: 'dense' as const, layers: [4, 1], maxEpochs: 2 },
      training: { ...spec.training, fineTune },
    };
    const first = await train(inputOf({ spec: net }));
    if (first.kind === 'not_enough_history') throw new Error(first.detail);
    const champion = await loadModel(first.file, 'cpu');
    const second = await train(inputOf({ spec: net, champion }));
    if (second.kind === 'not_enough_history') throw new Error(second.detail);
    expect(second.card.groups[0]?.members.at(-1)).toMatchObject({ kind: 'dense', fineTuned: fineTune });
    champion.dispose();
  });

  it('says on the card what it was made of', async () => {
    const excluded = [
      { entity: 'a', firstStep: FIRST + 100, lastStep: FIRST + 199, reason: 'labelled_real' },
    ];
    const outcome = await train(inputOf({ excluded }));
    if (outcome.kind === 'not_enough_history') throw new Error(outcome.detail);
    const { card } = outcome;
    expect(unpackModelFile(outcome.file).card).toEqual(card);
    expect(card).toMatchObject({ detector: 'hosts', seed: 1, parent: null, promotion: { promoted: true } });
    expect(card.data).toEqual({
      fromMs: FIRST * spec.stepMs,
      toMs: (FIRST + 1200) * spec.stepMs,
      entities: 2,
      rows: 2100,
      holdOutRows: 420,
      leftOut: { labelled_real: 100 },
    });
    expect(card.threshold.least).toBeGreaterThan(0);
    expect(card.threshold.holdOutShareOver).toBeLessThan(0.01);
  });

  it('begins with thresholds that know the alerts which nobody has labelled, as those in use do', async () => {
    const noisy = entity('a', 1200, 1);
    const { values } = noisy.segments[0]!;
    // Every 20th row of the newest ones jumps.
    for (let row = 1000; row < 1150; row += 20) values[2 * row + 1]! += 8;
    const threshold = async (reason: string): Promise<number> => {
      const excluded = [{ entity: 'a', firstStep: FIRST + 990, lastStep: FIRST + 1160, reason }];
      const outcome = await train(inputOf({ entities: [noisy], excluded }));
      if (outcome.kind === 'not_enough_history') throw new Error(outcome.detail);
      return outcome.card.threshold.median;
    };
    const forgotten = await threshold('labelled_real');
    expect(await threshold('alert_in_quarantine')).toBeGreaterThan(forgotten + 1);
  });

  it('gives equal bytes for equal input', async () => {
    const [one, two] = [await train(inputOf()), await train(inputOf())];
    if (one.kind === 'not_enough_history' || two.kind === 'not_enough_history')
      throw new Error('a model was expected');
    expect(two.file).toEqual(one.file);
  });

  it('keeps a champion that is clearly better on the newest rows, and promotes over one that is not', async () => {
    const first = await train(inputOf());
    if (first.kind === 'not_enough_history') throw new Error(first.detail);
    const { model } = await contextOf(first.file);
    const against = async (factor: number): Promise<string> => {
      const champion = {
        ...model,
        version: 'champion',
        score: (items: Parameters<typeof model.score>[0]) =>
          model
            .score(items)
            .map((score) => ({ ...score, residuals: score.residuals.map((residual) => factor * residual) })),
      };
      return (await train(inputOf({ champion }))).kind;
    };
    expect([await against(0.5), await against(1), await against(2)]).toEqual([
      'rejected',
      'promoted',
      'promoted',
    ]);
    model.dispose();
  });

  it('rejects a challenger that has learned another normal than the newest rows show', async () => {
    const first = await train(inputOf());
    if (first.kind === 'not_enough_history') throw new Error(first.detail);
    const { model } = await contextOf(first.file);
    const outcome = await train(inputOf({ entities: poisoned(), champion: model }));
    expect(outcome.kind).toBe('rejected');
    expect(outcome.detail).toMatch(/^Errors on the newest hold-out are \+\d+/);
    model.dispose();
  });

  it('holds both against the same injected faults, and keeps a champion that finds clearly more of them', async () => {
    // The hold-out is longer than five days, so that no threshold is made from older rows.
    const hourly = { ...spec, stepMs: 3_600_000 };
    const first = await train(inputOf({ spec: hourly }));
    if (first.kind === 'not_enough_history') throw new Error(first.detail);
    const champion = { ...(await loadModel(first.file, 'cpu')), version: 'champion' };
    const equal = await train(inputOf({ spec: hourly, champion }), { selfTest: true });
    expect(equal.kind).toBe('promoted');
    expect(equal.detail).toMatch(
      /It finds (\d+) % of injected faults, the model in use \1 % in the same places\.$/,
    );
    // Guards alone rebuild nothing, so that nothing but this tells them apart; and they have seen far wider ranges.
    const bare = { ...hourly, model: { ...spec.model, type: 'none' as const } };
    const worse = await train(inputOf({ spec: bare, entities: poisoned(), champion }), { selfTest: true });
    expect(worse.kind).toBe('rejected');
    expect(worse.detail).toMatch(/^It finds clearly fewer injected faults than the model in use/);
    champion.dispose();
  });

  it('does not ask a champion of other features', async () => {
    const first = await train(inputOf());
    if (first.kind === 'not_enough_history') throw new Error(first.detail);
    const { model } = await contextOf(first.file);
    const outcome = await train(inputOf({ champion: { ...model, version: 'old', features: ['busy'] } }));
    expect(outcome).toMatchObject({
      kind: 'promoted',
      card: { parent: 'old', promotion: { promoted: true, verdicts: [] } },
    });
    model.dispose();
  });

  it('answers with numbers when there is not enough history', async () => {
    const outcome = await train(inputOf({ entities: [entity('a', 120, 1), entity('b', 90, 2)] }));
    expect(outcome).toMatchObject({
      kind: 'not_enough_history',
      wantedRows: 500,
      mostRows: 120,
      entities: 2,
    });
    expect((await train(inputOf({ entities: [] }))).detail).toContain('0 normal steps');
  });

  it('trains the guards alone when the model type is none', async () => {
    const outcome = await train(inputOf({ spec: { ...spec, model: { ...spec.model, type: 'none' } } }));
    if (outcome.kind !== 'promoted') throw new Error(outcome.detail);
    const context = await contextOf(outcome.file);
    const state = newScoringState(context, 'a', 'web');
    const request = { state, entity: 'a', cohort: 'web', count: 1 };
    const scores = scoreSteps(context, [
      { ...request, rows: Float64Array.of(50, 10), step: FIRST + 2000 },
      { ...request, rows: Float64Array.of(500, 10), step: FIRST + 2001 },
    ]);
    expect(scores.map(({ scored }) => [scored.over, scored.provisional])).toEqual([
      [false, false],
      [true, false],
    ]);
    expect(scores[1]?.contributions[0]).toMatchObject({
      feature: 'busy',
      ratio: expect.closeTo(1, 9) as number,
      seen: 500,
    });
  });

  it('reports progress up to the end and stops with the reason when aborted', async () => {
    const fractions: number[] = [];
    await train(inputOf(), { onProgress: ({ fraction }) => fractions.push(fraction) });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    const signal = AbortSignal.abort(new Error('stop asked'));
    await expect(train(inputOf(), { signal })).rejects.toThrow('stop asked');
  });
});
