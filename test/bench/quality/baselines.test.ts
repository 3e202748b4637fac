import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { baselineAlerts } from './baseline-alerts.ts';
import { BASELINES } from './baselines.ts';
import { jacobiEigen } from './jacobi-eigen.ts';
import { eventLabels } from './labelled-entity.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import { scaleRows } from './scaled-rows.ts';

const TRAIN = 400;
const ROWS = 500;

/** Two features that move together; from row 450 on for 10 rows `fault` decides. */
function pair(fault: (row: number, common: number) => readonly [number, number]): LabelledEntity {
  const random = createRandom(4);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const common = random.normal();
    const noise = [0.05 * random.normal(), 0.05 * random.normal()] as const;
    return row >= 450 && row < 460 ? fault(row, common) : [common + noise[0], 10 - 3 * common + noise[1]];
  });
  return {
    entity: 'a',
    group: '',
    features: ['x', 'y'],
    startMs: 0,
    stepMs: 300_000,
    trainRows: TRAIN,
    values: Float64Array.from(rows.flat()),
    labels: Uint8Array.from(rows, (_, row) => (row >= 450 && row < 460 ? 1 : 0)),
  };
}

/** Smallest score inside the fault against the largest outside. */
async function margin(name: string, entity: LabelledEntity, reach: number): Promise<number> {
  const scores = (await BASELINES[name]?.(scaleRows(entity), 1)) ?? new Float64Array();
  const inside = Math.min(...scores.subarray(450, 460));
  const outside = Math.max(...scores.subarray(30, 450), ...scores.subarray(460 + reach));
  return inside / outside;
}

describe('plain detectors', () => {
  const farOff = pair(() => [30, -80]);
  const brokenRelation = pair(() => [1, 10 + 3]);

  it.each([
    ['row z²', farOff, 0],
    ['row PCA', brokenRelation, 0],
    ['k-means windows', farOff, 20],
    ['dense AE alone', farOff, 16],
  ])('%s scores its fault above everything else', async (name, entity, reach) => {
    expect(await margin(name, entity, reach)).toBeGreaterThan(1);
  });

  it('row z² does not see a relation break while each value is usual', async () => {
    expect(await margin('row z²', brokenRelation, 0)).toBeLessThan(1);
  });

  it('gives each row a score from that row and earlier ones only', async () => {
    const later = pair(() => [1, 13]);
    later.values.fill(1e3, 2 * 480);
    for (const baseline of Object.values(BASELINES)) {
      const a = await baseline(scaleRows(brokenRelation), 1);
      const b = await baseline(scaleRows(later), 1);
      expect(b.subarray(0, 480)).toEqual(a.subarray(0, 480));
    }
  });
});

describe('baselineAlerts', () => {
  it('opens above 1.1 × the largest score of the week before, and closes after five quiet rows', () => {
    const entity = pair(() => [1, 13]);
    const scores = new Float64Array(ROWS).fill(1);
    for (const row of [450, 452, 457, 463, 480]) scores[row] = 1.2;
    scores[470] = 1.05;
    const spans = baselineAlerts(entity, scores).map(({ startMs, endMs }) => [
      startMs / 300_000,
      endMs / 300_000,
    ]);
    expect(spans).toEqual([
      [450, 457],
      [463, 463],
      [480, 480],
    ]);
  });
});

describe('eventLabels', () => {
  it('gives each labelled stretch with both ends inside it', () => {
    expect(eventLabels(pair(() => [0, 0]))).toEqual([
      { entity: 'a', startMs: 450 * 300_000, endMs: 459 * 300_000 },
    ]);
  });
});

describe('jacobiEigen', () => {
  it('takes a symmetric matrix apart so that its parts make it again', () => {
    const random = createRandom(8);
    const half = Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => random.normal()));
    const matrix = half.map((row, i) => row.map((value, j) => value + (half[j]?.[i] ?? 0)));
    const { values, vectors } = jacobiEigen(matrix);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    for (const [i, row] of matrix.entries()) {
      for (const [j, value] of row.entries()) {
        const again = values.reduce(
          (sum, l, k) => sum + l * (vectors[k]?.[i] ?? 0) * (vectors[k]?.[j] ?? 0),
          0,
        );
        expect(again).toBeCloseTo(value, 9);
      }
    }
  });
});
