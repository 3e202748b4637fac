import { describe, expect, it } from 'vitest';
import { fitModel } from '../../src/model/fit-model.ts';
import type { FittedModel } from '../../src/model/fit-model.ts';
import { loadModel, packModelFile } from '../../src/model/model-file.ts';
import { NET_WEIGHT, logErrorRatio, standingOf } from '../../src/model/net-weight.ts';
import type { ScoreItem } from '../../src/model/scoring-model.ts';
import { CURVED_FEATURES, curvedRows } from './curved-rows.ts';
import { QUICK_SPEC, loadedRows } from './fleet-rows.ts';

const FEATURES = CURVED_FEATURES;
const ROWS = 1500;
const HOLD_OUT = 1200;

function fit(
  rowsOf: Readonly<Record<string, Float64Array>>,
  change: {
    readonly type?: 'dense';
    readonly cohort?: (entity: string) => string;
    holdOutFrom?: number;
  } = {},
): Promise<FittedModel> {
  return fitModel({
    detector: 'hosts',
    features: FEATURES,
    stepMs: 15_000,
    windows: [4, 16],
    modelSpec: { ...QUICK_SPEC, type: change.type ?? 'auto' },
    seed: 1,
    entities: Object.entries(rowsOf).map(([entity, rows]) => ({
      entity,
      cohort: change.cohort?.(entity) ?? '',
      segments: [{ firstStep: 0, rows }],
      holdOutFromStep: change.holdOutFrom ?? HOLD_OUT,
    })),
  });
}

const STRAIGHT = loadedRows({ count: ROWS, features: FEATURES.length, seed: 1 });
const CURVED = curvedRows(ROWS, { seed: 1, turn: 0.15 });

const weightsOf = ({ card }: FittedModel): (readonly [string | null, number])[] =>
  card.groups.flatMap(({ cohort, members }) =>
    members.filter(({ kind }) => kind === 'dense').map(({ weight }) => [cohort, weight] as const),
  );

function scoresOf({ scoring }: Pick<FittedModel, 'scoring'>, entity: string, rows: Float64Array): number[] {
  const items = Array.from({ length: 20 }, (_, i): ScoreItem => {
    const end = ROWS - i;
    const item = rows.slice((end - 64) * FEATURES.length, end * FEATURES.length);
    return { entity, cohort: '', rows: item, count: 64 };
  });
  return scoring.score(items).map(({ logError }) => logError);
}

describe('the weight of a net', () => {
  it('is nothing where a linear member rebuilds hold-out as well, and the card says by how much', async () => {
    const fitted = await fit({ straight: STRAIGHT });
    expect(weightsOf(fitted)).toEqual([[null, 0]]);
    expect(fitted.card.note).toMatch(
      /^the net of all entities has no say: on hold-out its errors are 1\.\d\d times the linear member's$/,
    );
  });

  it('is its own where relations are curved', async () => {
    const fitted = await fit({ curved: CURVED });
    expect(weightsOf(fitted)).toEqual([[null, NET_WEIGHT]]);
    expect(fitted.card.note).toBe('');
  });

  it('is chosen cohort by cohort', async () => {
    const fitted = await fit(
      { curved: CURVED, straight: STRAIGHT },
      { cohort: (entity) => `${entity} ones` },
    );
    expect(weightsOf(fitted)).toEqual([
      ['curved ones', NET_WEIGHT],
      ['straight ones', 0],
    ]);
    expect(fitted.card.note).toMatch(/^the net of cohort "straight ones" has no say: /);
  });

  it('is never taken from a net alone', async () => {
    const fitted = await fit({ straight: STRAIGHT }, { type: 'dense' });
    expect(weightsOf(fitted)).toEqual([[null, NET_WEIGHT]]);
    expect(fitted.card.note).toBe('');
  });

  it('is nothing without hold-out to try it on, and the card says so', async () => {
    const fitted = await fit({ curved: CURVED }, { holdOutFrom: ROWS });
    expect(weightsOf(fitted)).toEqual([[null, 0]]);
    expect(fitted.card.note).toBe('the net of all entities has no say: no entity has hold-out to try it on');
  });

  it('decides what the net adds to a score, before and after saving', async () => {
    for (const [entity, rows, hasSay] of [
      ['straight', STRAIGHT, false],
      ['curved', CURVED, true],
    ] as const) {
      const fitted = await fit({ [entity]: rows });
      const linear = await fitModel({
        detector: 'hosts',
        features: FEATURES,
        stepMs: 15_000,
        windows: [4, 16],
        modelSpec: { ...QUICK_SPEC, type: 'linear' },
        seed: 1,
        entities: [{ entity, cohort: '', segments: [{ firstStep: 0, rows }], holdOutFromStep: HOLD_OUT }],
      });
      const scores = scoresOf(fitted, entity, rows);
      const without = scoresOf(linear, entity, rows);
      if (hasSay) expect(scores).not.toEqual(without);
      else expect(scores).toEqual(without);
      const { model, card } = fitted;
      const loaded = await loadModel(packModelFile({ model, calibration: new Uint8Array(), card }), 'wasm');
      expect(scoresOf({ scoring: loaded }, entity, rows)).toEqual(scores);
      expect(loaded.nets().size).toBe(1);
    }
  });
});

it('is the usual one in files from before it was chosen', async () => {
  const { model, card, scoring } = await fit({ curved: CURVED });
  const weight = Buffer.from(Float64Array.of(NET_WEIGHT).buffer);
  const at = Buffer.from(model).indexOf(weight);
  expect(at).toBe(Buffer.from(model).lastIndexOf(weight));
  const before = Buffer.concat([
    Buffer.from(Float64Array.of(2).buffer),
    model.subarray(8, at),
    // Without the step and the two windows, which come last.
    model.subarray(at + weight.length, model.length - 4 * 8),
  ]);
  const file = packModelFile({ model: new Uint8Array(before), calibration: new Uint8Array(), card });
  const loaded = await loadModel(file, 'wasm');
  expect(scoresOf({ scoring: loaded }, 'curved', CURVED)).toEqual(scoresOf({ scoring }, 'curved', CURVED));
});

describe('a net beside a linear member', () => {
  const errors = (...holdOut: number[]) => ({
    features: 2,
    training: [Float64Array.of(1, 1)],
    holdOut: [Float64Array.from(holdOut)],
  });

  it('is compared feature by feature, so that a loud one does not decide alone', () => {
    expect(logErrorRatio(errors(10, 1), errors(40, 0.5))).toBeCloseTo(Math.log(0.25 * 2) / 2);
    expect(logErrorRatio(errors(), errors())).toBeNaN();
  });

  it('has to win over entities in the geometric mean; those that nobody could measure do not count', () => {
    expect(standingOf([Math.log(0.5), Math.log(1.5), Number.NaN])).toEqual({
      weight: NET_WEIGHT,
      errorRatio: expect.closeTo(Math.sqrt(0.75)),
    });
    expect(standingOf([Math.log(0.5), Math.log(3)]).weight).toBe(0);
    expect(standingOf([Number.NaN])).toEqual({ weight: 0, errorRatio: Number.NaN });
  });
});
