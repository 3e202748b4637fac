import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { loadKernels } from '../../../../src/model/kernels.ts';
import type { LabelledEntity } from '../labelled-entity.ts';
import { loadWide } from '../load-wide.ts';
import { judge } from '../quality.ts';
import { jacobiEigen } from '../jacobi-eigen.ts';
import { fleetPrior, shrink } from './fleet-prior.ts';
import { laggedCovariances, windowCovariance } from './lagged-covariances.ts';
import { principalComponents } from './principal-components.ts';
import { prototypeAlerts } from './prototype-alerts.ts';
import { prototypeScores } from './prototype-scores.ts';
import { prototypeVerdicts } from './prototype-verdicts.ts';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/jumpstarter', import.meta.url));
const DAY_ROWS = 288;

/** Rows of 5 minutes and one feature; the history ends at row 7 days. */
const entityOf = (rows: number): LabelledEntity => ({
  entity: 'a',
  group: '',
  features: ['x'],
  startMs: 0,
  stepMs: 300_000,
  trainRows: 7 * DAY_ROWS,
  values: new Float64Array(rows),
  labels: new Uint8Array(rows),
});

describe('the prototype', () => {
  it('has on the extract the VUS-PR and the alerts that its first writing in Python had', async () => {
    const entities = await loadWide(`${FIXTURE}/wide.csv.gz`, `${FIXTURE}/labels.csv`, Date.UTC(2026, 0, 25));
    const verdicts = await prototypeVerdicts(entities);
    const { vusPr, found, events } = judge(entities, verdicts);
    expect(vusPr).toBeCloseTo(0.345, 2);
    expect([verdicts[0]?.alerts.length, found, events]).toEqual([5, 1, 4]);
  }, 120_000);

  it('gives a step the same score whatever comes later', async () => {
    const random = createRandom(3);
    const whole = { ...entityOf(3000), values: Float64Array.from({ length: 3000 }, () => random.normal()) };
    const cut = { ...whole, values: whole.values.slice(0, 2600), labels: whole.labels.slice(0, 2600) };
    const [a, b] = [await prototypeScores(whole), await prototypeScores(cut)];
    expect(Array.from(a.scores.subarray(100, 2600))).toEqual(Array.from(b.scores.subarray(100)));
  });

  it('alerts where scores leave those of the week before, once until twelve rows were quiet', () => {
    const random = createRandom(5);
    const scores = Float64Array.from({ length: 9 * DAY_ROWS }, () => random.normal());
    const first = 8 * DAY_ROWS;
    for (const row of [0, 5, 17, 30]) scores[first + row] = 40;
    const learned = { sd: new Float64Array(), reach: new Float64Array(), lagged: [], usual: [] };
    const alerts = prototypeAlerts(entityOf(9 * DAY_ROWS), { scores, holdOutFrom: 0, learned });
    const own = alerts.filter(({ endMs }) => endMs >= first * 300_000);
    expect(own.map(({ startMs, endMs }) => [startMs / 300_000 - first, endMs / 300_000 - first])).toEqual([
      [0, 17],
      [30, 30],
    ]);
    expect(alerts.length - own.length).toBeLessThanOrEqual(1);
  });

  it('finds the components of a covariance that Jacobi finds, in a large matrix too', async () => {
    const random = createRandom(9);
    const size = 330;
    const rows = Float64Array.from(
      { length: 40 * size },
      (_, at) => random.normal() / (1 + Math.floor(at / size)),
    );
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let k = 0; k < 40; k++)
          matrix[i * size + j] =
            (matrix[i * size + j] ?? 0) + (rows[k * size + i] ?? 0) * (rows[k * size + j] ?? 0);
    const kernels = await loadKernels('auto');
    const found = principalComponents(matrix, size, kernels);
    const count = found.length / size;
    const small = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 40 }, (__, j) => {
        const [a, b] = [rows.subarray(i * size, (i + 1) * size), rows.subarray(j * size, (j + 1) * size)];
        return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
      }),
    );
    // The products of rows among themselves have the same eigenvalues as those of columns.
    const { values } = jacobiEigen(small);
    const total = values.reduce((sum, value) => sum + value, 0);
    let [kept, wanted] = [0, 0];
    while (kept < 0.9 * total) kept += values[wanted++] ?? 0;
    expect(count).toBe(wanted);
    for (let k = 0; k < count; k++) {
      const v = found.subarray(k * size, (k + 1) * size);
      const image = v.map((_, i) =>
        v.reduce((sum, value, j) => sum + value * (matrix[i * size + j] ?? 0), 0),
      );
      const rayleigh = v.reduce((sum, value, i) => sum + value * (image[i] ?? 0), 0);
      expect(rayleigh / (values[k] ?? 1)).toBeCloseTo(1, 3);
    }
  });

  it('puts lagged covariances where a covariance of windows has them', () => {
    const rows = Float64Array.of(1, 2, -3, 4, 0, 1);
    const lagged = laggedCovariances(rows, 1, 2);
    expect(lagged.map(([value]) => value)).toEqual([31 / 6, (2 - 6 - 12 + 0 + 0) / 5]);
    expect(Array.from(windowCovariance(lagged, 1, 2))).toEqual([31 / 6, -16 / 5, -16 / 5, 31 / 6]);
  });

  it('draws an entity to the fleet as if that were 100 rows', () => {
    const one = {
      sd: Float64Array.of(2),
      reach: Float64Array.of(1, 1),
      lagged: [],
      usual: [Float64Array.of(4)],
    };
    const prior = fleetPrior([one, { ...one, sd: Float64Array.of(4) }]);
    expect(prior.sd[0]).toBe(3);
    expect(shrink(Float64Array.of(1), prior.sd, 300)[0]).toBe(1.5);
    expect(shrink(Float64Array.of(1), undefined, 0)[0]).toBe(1);
  });
});
