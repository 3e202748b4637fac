import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import type { FitEntity, FitInput } from '../../src/model/fit-input.ts';
import { fitModel } from '../../src/model/fit-model.ts';
import type { FittedModel, FitProgress } from '../../src/model/fit-model.ts';
import { loadModel, packModelFile } from '../../src/model/model-file.ts';
import type { MemberCard } from '../../src/model/model-card.ts';
import type { ModelScore, ScoreItem, ScoringModel } from '../../src/model/scoring-model.ts';
import { QUICK_SPEC, loadedRows } from './fleet-rows.ts';

const FEATURES = ['cpu', 'disk', 'latency', 'requests'];
const WIDTH = FEATURES.length;
const ROWS = 1200;
const HOLD_OUT = 960;

function entityOf(name: string, seed: number, cohort = ''): FitEntity {
  const rows = loadedRows({ count: ROWS, features: WIDTH, seed });
  return { entity: name, cohort, segments: [{ firstStep: 0, rows }], holdOutFromStep: HOLD_OUT };
}

function inputOf(change: Partial<FitInput> = {}): FitInput {
  return {
    detector: 'hosts',
    features: FEATURES,
    stepMs: 15_000,
    windows: [4, 16, 32],
    modelSpec: QUICK_SPEC,
    seed: 1,
    entities: [entityOf('a', 1), entityOf('b', 2), entityOf('c', 3)],
    ...change,
  };
}

const LINEAR = { ...QUICK_SPEC, type: 'linear' } as const;

/** The rows that would come after those of `entityOf(name, seed)`, the newest `count` of them. */
function freshItem(
  name: string,
  seed: number,
  change: (rows: Float64Array) => void = () => undefined,
): ScoreItem {
  const long = loadedRows({ count: ROWS + 100, features: WIDTH, seed });
  const rows = long.slice((ROWS + 36) * WIDTH);
  change(rows);
  return { entity: name, cohort: '', rows, count: 64 };
}

function scoreOf(model: ScoringModel, item: ScoreItem): ModelScore {
  const [score] = model.score([item]);
  if (score === undefined) throw new Error('no score');
  return score;
}

const sd = (model: ScoringModel, entity: string, feature: number): number =>
  model.profile(entity, '').sd[feature] ?? 0;

describe('a fitted ensemble', () => {
  let fitted: FittedModel;
  let scoring: ScoringModel;
  const progress: FitProgress[] = [];

  beforeAll(async () => {
    fitted = await fitModel(inputOf(), { onProgress: (one) => progress.push(one) });
    scoring = fitted.scoring;
  });

  it('reports progress that never goes back, up to the net and the statistics', () => {
    const fractions = progress.map((one) => one.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(new Set(progress.map((one) => one.stage))).toEqual(new Set(['linear', 'net', 'statistics']));
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  });

  it('describes its real members on the card', () => {
    const [group] = fitted.card.groups;
    expect(group?.members.map((member) => `${member.kind} ${String(member.steps)}`)).toEqual([
      'linear 4',
      'linear 16',
      'linear 32',
      'forecast 8',
      'dense 16',
    ]);
    const dense = group?.members.at(-1);
    expect(dense?.shape.length).toBe(7);
    expect(dense?.curve.length).toBeGreaterThan(0);
    expect(fitted.card.entities.every((entity) => entity.ownBasis)).toBe(true);
    expect(fitted.card.backend).toBe('wasm');
  });

  it.each(['a', 'b', 'c'])('scores a spike, a shift and a broken relation of %s above normal', (name) => {
    const seed = { a: 1, b: 2, c: 3 }[name] ?? 0;
    const usual = scoreOf(scoring, freshItem(name, seed)).logError;
    const spike = freshItem(name, seed, (rows) => {
      rows[63 * WIDTH + 2] = (rows[63 * WIDTH + 2] ?? 0) + 5 * sd(scoring, name, 2);
    });
    expect(scoreOf(scoring, spike).logError).toBeGreaterThan(usual + 0.5);
    expect(scoreOf(scoring, spike).newestRowRatio).toBeGreaterThan(1);
    const shift = freshItem(name, seed, (rows) => {
      for (let row = 50; row < 64; row++)
        rows[row * WIDTH + 1] = (rows[row * WIDTH + 1] ?? 0) + 3 * sd(scoring, name, 1);
    });
    expect(scoreOf(scoring, shift).logError).toBeGreaterThan(usual + 0.5);
    const mean = scoring.profile(name, '').mean[3] ?? 0;
    const broken = freshItem(name, seed, (rows) => {
      for (let row = 40; row < 64; row++) rows[row * WIDTH + 3] = 2 * mean - (rows[row * WIDTH + 3] ?? 0);
    });
    expect(scoreOf(scoring, broken).logError).toBeGreaterThan(usual + 0.5);
  });

  it('names the culprit first, with what was expected in its own units', () => {
    const before = freshItem('a', 1);
    const score = scoreOf(
      scoring,
      freshItem(
        'a',
        1,
        (rows) => (rows[63 * WIDTH + 2] = (rows[63 * WIDTH + 2] ?? 0) + 8 * sd(scoring, 'a', 2)),
      ),
    );
    expect(score.contributions.indexOf(Math.max(...score.contributions))).toBe(2);
    expect(score.contributions.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    const real = before.rows[63 * WIDTH + 2] ?? 0;
    expect(Math.abs((score.expected[2] ?? 0) - real)).toBeLessThan(2 * sd(scoring, 'a', 2));
  });

  it('gives an item the same bits in any batch', () => {
    const items = [1, 2, 3, 1, 2, 3, 1].map((seed, index) =>
      freshItem(['a', 'b', 'c', 'unseen'][(index + seed) % 4] ?? '', seed),
    );
    const together = scoring.score(items);
    items.forEach((item, index) => {
      expect(scoreOf(scoring, item)).toEqual(together[index]);
    });
  });

  it('gives the same scores and version after save and load', async () => {
    const { model, card, version } = fitted;
    const file = packModelFile({ model, card, calibration: Uint8Array.from([1, 2]) });
    const loaded = await loadModel(file, 'wasm');
    expect(loaded.version).toBe(version);
    expect(loaded.features).toEqual(FEATURES);
    const items = [freshItem('a', 1), freshItem('b', 2), freshItem('unseen', 3)];
    expect(loaded.score(items)).toEqual(scoring.score(items));
    expect(loaded.profile('b', '')).toEqual(scoring.profile('b', ''));
    loaded.dispose();
  });

  it('uses only the newest rows it needs', () => {
    const item = freshItem('a', 1);
    const longer = Float64Array.from([...new Float64Array(5 * WIDTH), ...item.rows]);
    expect(scoreOf(scoring, { ...item, rows: longer, count: 69 })).toEqual(scoreOf(scoring, item));
    expect(scoring.rowsNeeded).toBe(39);
  });

  it('scores an entity from its first eight rows on, members without rows standing at their median', () => {
    const item = freshItem('a', 1);
    expect(scoring.rowsLeast).toBe(8);
    const young = { ...item, rows: item.rows.slice(56 * WIDTH), count: 8 };
    const score = scoreOf(scoring, young);
    expect(Math.abs(score.logError)).toBeLessThan(2);
    expect(Number.isFinite(score.newestRowRatio)).toBe(true);
  });

  it('gives an entity never seen its fleet, and a strange one of them a higher score', () => {
    expect(scoring.profile('new', '').own).toBe(false);
    const usual = scoreOf(scoring, freshItem('new', 2)).logError;
    const strange = freshItem('new', 2, (rows) => {
      rows[63 * WIDTH] = (rows[63 * WIDTH] ?? 0) + 8 * sd(scoring, 'new', 0);
    });
    expect(scoreOf(scoring, strange).logError).toBeGreaterThan(usual + 0.5);
  });

  it('survives missing, endless and enormous values', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308]) {
      const score = scoreOf(
        scoring,
        freshItem('a', 1, (rows) => {
          for (let row = 30; row < 64; row++) rows[row * WIDTH + 1] = value;
        }),
      );
      expect(Number.isFinite(score.logError)).toBe(true);
      expect([...score.contributions].every((share) => share >= 0 && share <= 1)).toBe(true);
    }
    const allMissing = scoreOf(
      scoring,
      freshItem('a', 1, (rows) => rows.fill(Number.NaN)),
    );
    expect(Number.isFinite(allMissing.logError)).toBe(true);
    expect(allMissing.contributions.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('refuses rows that do not fit', () => {
    expect(() => scoring.score([{ entity: 'a', cohort: '', rows: new Float64Array(7), count: 2 }])).toThrow(
      '2 rows of 4 features wanted, 7 values given',
    );
  });
});

describe('fitModel', () => {
  it('gives an equal version for equal input, whatever the order of the entities', async () => {
    const first = await fitModel(inputOf());
    const again = await fitModel(inputOf({ entities: inputOf().entities.toReversed() }));
    expect(again.version).toBe(first.version);
    const other = await fitModel(inputOf({ seed: 2 }));
    expect(other.version).not.toBe(first.version);
  });

  it('gives the same scores whatever the order of the features', async () => {
    const order = [2, 0, 3, 1];
    const reorder = (rows: Float64Array): Float64Array =>
      rows.map((_, i) => rows[i - (i % WIDTH) + (order[i % WIDTH] ?? 0)] ?? 0);
    const plain = await fitModel(inputOf());
    const turned = await fitModel(
      inputOf({
        features: order.map((index) => FEATURES[index] ?? ''),
        entities: inputOf().entities.map((entity) => ({
          ...entity,
          segments: entity.segments.map((segment) => ({ ...segment, rows: reorder(segment.rows) })),
        })),
      }),
    );
    const item = freshItem('a', 1);
    const straight = scoreOf(plain.scoring, item);
    const score = scoreOf(turned.scoring, { ...item, rows: reorder(item.rows) });
    expect(score.logError).toBe(straight.logError);
    expect(score.contributions).toEqual(reorder(straight.contributions));
    expect(score.expected).toEqual(reorder(straight.expected));
  });

  it('never lets a window cross a gap or the hold-out', async () => {
    const rows = loadedRows({ count: ROWS, features: WIDTH, seed: 1 });
    const cut = (from: number, to: number): { firstStep: number; rows: Float64Array } => ({
      firstStep: from,
      rows: rows.slice(from * WIDTH, to * WIDTH),
    });
    const whole = await fitModel(
      inputOf({
        modelSpec: LINEAR,
        entities: [{ entity: 'a', cohort: '', segments: [cut(0, ROWS)], holdOutFromStep: HOLD_OUT }],
      }),
    );
    const split = await fitModel(
      inputOf({
        modelSpec: LINEAR,
        entities: [
          {
            entity: 'a',
            cohort: '',
            segments: [cut(0, HOLD_OUT), cut(HOLD_OUT, ROWS)],
            holdOutFromStep: HOLD_OUT,
          },
        ],
      }),
    );
    expect(split.version).toBe(whole.version);
  });

  it('finds faults with one feature', async () => {
    const random = createRandom(4);
    const wave = (count: number): Float64Array =>
      Float64Array.from({ length: count }, (_, i) => 50 + 10 * Math.sin(i / 20) + random.normal());
    const { scoring, card } = await fitModel({
      ...inputOf({ features: ['only'] }),
      entities: [
        { entity: 'a', cohort: '', segments: [{ firstStep: 0, rows: wave(1500) }], holdOutFromStep: 1200 },
      ],
    });
    const rows = wave(64);
    const item = { entity: 'a', cohort: '', rows, count: 64 };
    const usual = scoreOf(scoring, item).logError;
    const spike = rows.slice();
    spike[63] = (spike[63] ?? 0) + 15;
    expect(scoreOf(scoring, { ...item, rows: spike }).logError).toBeGreaterThan(usual + 0.7);
    const noise = createRandom(8);
    const restless = rows.map((value, i) => (i < 40 ? value : value + 6 * noise.normal()));
    expect(scoreOf(scoring, { ...item, rows: restless }).logError).toBeGreaterThan(usual + 0.7);
    const bottlenecks = card.groups[0]?.members.map((member) => Math.min(...member.shape));
    expect(bottlenecks?.[0]).toBe(1);
  });

  it('trains through constant, missing, enormous and unknown features, and sees a constant move', async () => {
    const rows = loadedRows({ count: ROWS, features: WIDTH, seed: 1 });
    for (let row = 0; row < ROWS; row++) {
      rows[row * WIDTH + 1] = 7;
      rows[row * WIDTH + 2] = row % 3 === 0 ? Number.NaN : (row % 2 === 0 ? 1 : -1) * 1e308;
      rows[row * WIDTH + 3] = Number.NaN;
    }
    const { scoring } = await fitModel(
      inputOf({
        entities: [
          { entity: 'a', cohort: '', segments: [{ firstStep: 0, rows }], holdOutFromStep: HOLD_OUT },
        ],
      }),
    );
    const item = { entity: 'a', cohort: '', rows: rows.slice((ROWS - 64) * WIDTH), count: 64 };
    const usual = scoreOf(scoring, item);
    expect(Number.isFinite(usual.logError)).toBe(true);
    const moved = item.rows.slice();
    moved[63 * WIDTH + 1] = 8;
    const score = scoreOf(scoring, { ...item, rows: moved });
    expect(score.logError).toBeGreaterThan(usual.logError + 1);
    expect(score.contributions.indexOf(Math.max(...score.contributions))).toBe(1);
    moved[63 * WIDTH + 3] = 123;
    expect(scoreOf(scoring, { ...item, rows: moved }).contributions[3]).toBe(0);
  });

  it('gives a cohort with enough rows members of its own and the others the fleet', async () => {
    const small = entityOf('d', 4, 'small');
    const { card, scoring } = await fitModel(
      inputOf({
        modelSpec: LINEAR,
        entities: [
          entityOf('a', 1, 'web'),
          entityOf('b', 2, 'web'),
          {
            ...small,
            segments: [
              { firstStep: 900, rows: (small.segments[0]?.rows ?? new Float64Array()).slice(0, 90 * WIDTH) },
            ],
          },
        ],
      }),
    );
    expect(card.groups.map((group) => [group.cohort, group.entities])).toEqual([
      [null, 1],
      ['web', 2],
    ]);
    expect(card.entities.map((entity) => entity.ownBasis)).toEqual([true, true, false]);
    expect(scoring.profile('d', 'small').own).toBe(true);
    expect(Number.isFinite(scoreOf(scoring, freshItem('d', 4)).logError)).toBe(true);
    expect(Number.isFinite(scoreOf(scoring, freshItem('x', 4)).logError)).toBe(true);
  });

  it('keeps own bases only as long as there is memory for them', async () => {
    const { card } = await fitModel(inputOf({ modelSpec: LINEAR }), { basisBytes: 1 });
    expect(card.entities.map((entity) => entity.ownBasis)).toEqual([true, false, false]);
  });

  it('answers profiles alone for type none, and marks the newest row as unknown', async () => {
    const { scoring, card } = await fitModel(inputOf({ modelSpec: { ...QUICK_SPEC, type: 'none' } }));
    const score = scoreOf(scoring, freshItem('a', 1));
    expect(score.logError).toBe(0);
    expect(score.newestRowRatio).toBeNaN();
    expect([...score.contributions]).toEqual([0, 0, 0, 0]);
    expect(score.expected).toEqual(scoring.profile('a', '').mean);
    expect(scoring.rowsNeeded).toBe(1);
    expect(card.backend).toBe('none');
  });

  it('leaves the net out where windows are too few, and says so', async () => {
    const { card } = await fitModel(
      inputOf({ entities: [entityOf('a', 1)].map((entity) => ({ ...entity, holdOutFromStep: 300 })) }),
    );
    expect(card.note).toBe('no net for all entities: fewer than 500 windows');
    expect(card.groups[0]?.members.map((member) => member.kind)).toEqual([
      'linear',
      'linear',
      'linear',
      'forecast',
    ]);
  });

  it('is dense and forecast alone for type dense', async () => {
    const { card } = await fitModel(inputOf({ modelSpec: { ...QUICK_SPEC, type: 'dense' } }));
    expect(card.groups[0]?.members.map((member) => member.kind)).toEqual(['forecast', 'dense']);
  });

  it('goes on from the nets of an earlier model where sizes agree, and says so', async () => {
    const netOf = ({ card }: FittedModel): MemberCard | undefined => card.groups[0]?.members.at(-1);
    const first = await fitModel(inputOf());
    const bases = first.scoring.nets();
    const tuned = await fitModel(inputOf({ seed: 2, bases }));
    expect([netOf(first)?.fineTuned, netOf(tuned)?.fineTuned]).toEqual([false, true]);
    const losses = [first, tuned].map((one) => netOf(one)?.curve[0]?.training ?? Number.NaN);
    expect(losses[1]).toBeLessThan(0.7 * (losses[0] ?? 0));
    expect((await fitModel(inputOf({ seed: 2, bases }))).version).toBe(tuned.version);
    const wider = { ...QUICK_SPEC, layers: [40, 8] };
    expect(netOf(await fitModel(inputOf({ modelSpec: wider, bases })))?.fineTuned).toBe(false);
  });

  it('pretrains one net over all entities for those of the cohorts', async () => {
    const entities = [entityOf('a', 1, 'web'), entityOf('b', 2, 'web'), entityOf('c', 3, 'db')];
    const { card } = await fitModel(inputOf({ entities, bases: new Map() }));
    expect(card.groups.map(({ cohort, members }) => [cohort, members.at(-1)?.fineTuned])).toEqual([
      [null, false],
      ['db', true],
      ['web', true],
    ]);
    const alone = await fitModel(inputOf({ entities }));
    expect(alone.card.groups.map(({ members }) => members.at(-1)?.kind)).toEqual([
      'forecast',
      'dense',
      'dense',
    ]);
  });

  it('refuses too few rows with what is needed', async () => {
    const few = { ...entityOf('a', 1), holdOutFromStep: 40 };
    await expect(fitModel(inputOf({ entities: [few] }))).rejects.toThrow(
      'detector "hosts" has 9 windows of 32 steps to train on, 64 are needed',
    );
  });

  it('stops when told to', async () => {
    const control = new AbortController();
    const fit = fitModel(inputOf(), {
      signal: control.signal,
      onProgress: ({ stage }) => {
        if (stage === 'net') control.abort(new Error('enough'));
      },
    });
    await expect(fit).rejects.toThrow('enough');
  });
});
