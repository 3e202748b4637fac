import { expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import type { FitEntity } from '../../src/model/fit-input.ts';
import { fitModel } from '../../src/model/fit-model.ts';
import { QUICK_SPEC } from './fleet-rows.ts';

const FEATURES = ['a', 'b', 'c', 'd', 'e', 'f'];
const WIDTH = FEATURES.length;

/** Rows in which two hidden loads move all features, each entity in a way of its own. */
function mixedRows(seed: number, count: number): Float64Array {
  const random = createRandom(seed);
  const slopes = Array.from({ length: WIDTH }, () => [random.normal(), random.normal()] as const);
  const rows = new Float64Array(count * WIDTH);
  let [first, second] = [0, 0];
  for (let row = 0; row < count; row++) {
    first = 0.9 * first + 0.4 * random.normal();
    second = 0.9 * second + 0.4 * random.normal();
    slopes.forEach(([one, other], feature) => {
      rows[row * WIDTH + feature] = 10 + one * first + other * second + 0.05 * random.normal();
    });
  }
  return rows;
}

function entityOf(entity: string, rows: Float64Array): FitEntity {
  const holdOutFromStep = Math.floor((0.8 * rows.length) / WIDTH);
  return { entity, cohort: '', segments: [{ firstStep: 0, rows }], holdOutFromStep };
}

it('takes the next rows of a newcomer as usual, though the bases of the others fit only themselves', async () => {
  const known = 140;
  const rows = mixedRows(9, 700);
  const { scoring } = await fitModel({
    detector: 'hosts',
    features: FEATURES,
    stepMs: 15_000,
    windows: [4, 16],
    modelSpec: { ...QUICK_SPEC, type: 'linear' },
    seed: 1,
    entities: [
      ...[1, 2, 3, 4].map((seed) => entityOf(`old-${String(seed)}`, mixedRows(seed, 3000))),
      entityOf('new', rows.slice(0, known * WIDTH)),
    ],
  });
  const count = scoring.rowsNeeded;
  const scores = scoring
    .score(
      Array.from({ length: 400 }, (_, i) => ({
        entity: 'new',
        cohort: '',
        rows: rows.subarray((known + i + 1 - count) * WIDTH, (known + i + 1) * WIDTH),
        count,
      })),
    )
    .map(({ logError }) => logError)
    .sort((a, b) => a - b);
  scoring.dispose();
  expect(scores[200]).toBeLessThan(0.05);
});
