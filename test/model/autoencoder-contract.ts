import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../src/core/detector.ts';
import { createRandom } from '../../src/core/random.ts';
import type { FitEntity, FitInput } from '../../src/model/fit-input.ts';
import { fitModel } from '../../src/model/fit-model.ts';
import type { FittedModel } from '../../src/model/fit-model.ts';
import { loadModel, packModelFile } from '../../src/model/model-file.ts';
import type { ModelScore, ScoreItem, ScoringModel } from '../../src/model/scoring-model.ts';
import { FAULTS } from './fault-kinds.ts';
import type { FaultName } from './fault-kinds.ts';
import { loadedRows } from './fleet-rows.ts';

/** One kind of model, and what it may not be held to: a fault and why it is not seen. */
export interface ModelContract {
  readonly title: string;
  readonly spec: ModelSpec;
  readonly blindTo: Partial<Record<FaultName, string>>;
}

const FEATURES = ['cpu', 'disk', 'latency', 'requests'];
const WIDTH = FEATURES.length;
const ROWS = 1000;
const HOLD_OUT = 800;
/** Rows of an item; the longest fault reaches 80 back. */
const ITEM_ROWS = 96;
const MOMENTS = 6;
/** How much higher a fault must score, in natural logs of the error. */
const SEEN = 0.4;

/** The checks that every kind of model goes through, as a detector would use it. */
export function checkModel({ title, spec, blindTo }: ModelContract): void {
  describe(`a model of ${title}`, () => {
    const input = inputOf(spec);
    let fitted: FittedModel;
    let usual: number;

    beforeAll(async () => {
      fitted = await fitModel(input);
      usual = meanOf(items().map((item) => scoreOf(fitted.scoring, item).logError));
    });

    it('repeats to the bit with an equal seed', async () => {
      const again = await fitModel(input);
      expect(Buffer.from(again.model).equals(Buffer.from(fitted.model))).toBe(true);
    });

    it('gives the same scores after save and load', async () => {
      const { model, card } = fitted;
      const file = packModelFile({ model, card, calibration: new Uint8Array(0) });
      const loaded = await loadModel(file, spec.backend);
      expect(loaded.score(items())).toEqual(fitted.scoring.score(items()));
      loaded.dispose();
    });

    it.each(Object.keys(FAULTS) as FaultName[])('scores a fault above normal: %s', (fault) => {
      const faulty = items().map((item) => withFault(fitted.scoring, item, fault));
      const gain = meanOf(faulty.map((item) => scoreOf(fitted.scoring, item).logError)) - usual;
      if (blindTo[fault] === undefined) expect(gain).toBeGreaterThan(SEEN);
      else expect(gain, `${fault} is seen now: take it off the list`).toBeLessThan(SEEN);
    });

    it('names the feature that did it', () => {
      const [item] = items().map((one) => withFault(fitted.scoring, one, 'spike'));
      const { contributions } = scoreOf(fitted.scoring, item!);
      expect(contributions.indexOf(Math.max(...contributions))).toBe(HIT);
    });

    it('gives the same scores whatever the order of the features', async () => {
      const order = [2, 0, 3, 1];
      const turn = (rows: Float64Array): Float64Array =>
        rows.map((_, i) => rows[i - (i % WIDTH) + (order[i % WIDTH] ?? 0)] ?? 0);
      const features = order.map((index) => FEATURES[index] ?? '');
      const { scoring } = await fitModel({ ...changed(input, turn), features });
      const scores = scoring.score(items().map((item) => ({ ...item, rows: turn(item.rows) })));
      const straight = fitted.scoring.score(items());
      expect(scores.map((one) => one.logError)).toEqual(straight.map((one) => one.logError));
      expect(scores.map((one) => one.expected)).toEqual(straight.map((one) => turn(one.expected)));
    });

    it('gives the same scores in other units', async () => {
      const factors = [1000, 0.01, 7, 60];
      const offsets = [0, 5, -300, 1e4];
      const convert = (rows: Float64Array): Float64Array =>
        rows.map((value, i) => value * (factors[i % WIDTH] ?? 1) + (offsets[i % WIDTH] ?? 0));
      const { scoring } = await fitModel(changed(input, convert));
      const scores = scoring.score(items().map((item) => ({ ...item, rows: convert(item.rows) })));
      fitted.scoring.score(items()).forEach((straight, index) => {
        expect(scores[index]?.logError).toBeCloseTo(straight.logError, 1);
      });
    });

    it('survives missing, constant and enormous features with finite scores', async () => {
      const spoil = (rows: Float64Array): Float64Array =>
        rows.map((value, i) => {
          const row = Math.floor(i / WIDTH);
          if (i % WIDTH === 1) return 7;
          if (i % WIDTH === 2) return row % 3 === 0 ? Number.NaN : (row % 2 === 0 ? 1 : -1) * 1e308;
          return i % WIDTH === 3 ? Number.NaN : value;
        });
      const { scoring } = await fitModel(changed(input, spoil));
      const spoiled = items().map((item) => ({ ...item, rows: spoil(item.rows) }));
      for (const score of scoring.score(spoiled)) expectFinite(score);
      const moved = spoiled.map((item) => withFault(scoring, item, 'spike', 1));
      const before = meanOf(spoiled.map((item) => scoreOf(scoring, item).logError));
      expect(meanOf(moved.map((item) => scoreOf(scoring, item).logError))).toBeGreaterThan(before + SEEN);
    });

    it('survives values that are suddenly missing, endless or enormous', () => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308]) {
        for (const item of items()) {
          const rows = item.rows.map((one, i) => (i % WIDTH === 1 && i > 60 * WIDTH ? value : one));
          expectFinite(scoreOf(fitted.scoring, { ...item, rows }));
        }
      }
    });

    it.each(['spike', 'drop', 'noise'] as const)('finds a %s with one feature', async (fault) => {
      const { scoring } = await onlyFeature(spec);
      const before = waves().map((item) => scoreOf(scoring, item).logError);
      const faulty = waves().map((item) => scoreOf(scoring, withFault(scoring, item, fault, 0)).logError);
      expect(meanOf(faulty)).toBeGreaterThan(meanOf(before) + SEEN);
    });
  });
}

/** The feature that faults hit, unless said otherwise. */
const HIT = 2;

function inputOf(spec: ModelSpec): FitInput {
  return {
    detector: 'hosts',
    features: FEATURES,
    stepMs: 15_000,
    windows: [4, 16],
    modelSpec: spec,
    seed: 1,
    entities: [1, 2].map((seed): FitEntity => {
      const rows = loadedRows({ count: ROWS, features: WIDTH, seed });
      return {
        entity: `host-${String(seed)}`,
        cohort: '',
        segments: [{ firstStep: 0, rows }],
        holdOutFromStep: HOLD_OUT,
      };
    }),
  };
}

function changed(input: FitInput, change: (rows: Float64Array) => Float64Array): FitInput {
  const entities = input.entities.map((entity) => ({
    ...entity,
    segments: entity.segments.map((segment) => ({ ...segment, rows: change(segment.rows) })),
  }));
  return { ...input, entities };
}

/** Normal moments after the training rows. */
function items(): ScoreItem[] {
  return [1, 2].flatMap((seed) => {
    const rows = loadedRows({ count: ROWS + 70 * MOMENTS + ITEM_ROWS, features: WIDTH, seed });
    return itemsOf(`host-${String(seed)}`, rows, WIDTH);
  });
}

function itemsOf(entity: string, rows: Float64Array, width: number): ScoreItem[] {
  return Array.from({ length: MOMENTS }, (_, moment) => {
    const from = (ROWS + 70 * moment) * width;
    return { entity, cohort: '', rows: rows.slice(from, from + ITEM_ROWS * width), count: ITEM_ROWS };
  });
}

function wave(count: number): Float64Array {
  const random = createRandom(4);
  return Float64Array.from({ length: count }, (_, i) => 50 + 10 * Math.sin(i / 20) + random.normal());
}

function waves(): ScoreItem[] {
  return itemsOf('host', wave(ROWS + 70 * MOMENTS + ITEM_ROWS), 1);
}

const singles = new Map<ModelSpec, Promise<FittedModel>>();

function onlyFeature(spec: ModelSpec): Promise<FittedModel> {
  const known = singles.get(spec);
  if (known !== undefined) return known;
  const segments = [{ firstStep: 0, rows: wave(ROWS) }];
  const entities = [{ entity: 'host', cohort: '', segments, holdOutFromStep: HOLD_OUT }];
  const fit = fitModel({ ...inputOf(spec), features: ['only'], entities });
  singles.set(spec, fit);
  return fit;
}

function withFault(scoring: ScoringModel, item: ScoreItem, fault: FaultName, feature = HIT): ScoreItem {
  const rows = item.rows.slice();
  const profile = scoring.profile(item.entity, item.cohort);
  const [mean, sd] = [profile.mean[feature] ?? 0, profile.sd[feature] ?? 0];
  FAULTS[fault]({ rows, count: item.count, width: rows.length / item.count, feature, mean, sd });
  return { ...item, rows };
}

function scoreOf(scoring: ScoringModel, item: ScoreItem): ModelScore {
  const [score] = scoring.score([item]);
  if (score === undefined) throw new Error('no score');
  return score;
}

function expectFinite({ logError, contributions, expected }: ModelScore): void {
  expect(Number.isFinite(logError)).toBe(true);
  expect([...contributions].every((share) => share >= 0 && share <= 1)).toBe(true);
  expect([...expected].some((value) => value === Infinity || value === -Infinity)).toBe(false);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}
