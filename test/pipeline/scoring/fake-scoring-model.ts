import type { DetectorSpec } from '../../../src/core/detector.ts';
import type { ScoringModel } from '../../../src/model/scoring-model.ts';
import { testDetector } from '../../support/detector-spec.ts';

/** A detector of two features with a budget of one alert a week. */
export function fakeSpec(overrides: Partial<DetectorSpec> = {}): DetectorSpec {
  return {
    ...testDetector({
      features: ['busy', 'load'].map((name) => ({
        name,
        metric: name,
        where: [],
        as: 'gauge',
        aggregate: 'sum',
        unit: `${name} unit`,
      })),
      stepMs: 300_000,
      absentAfterMs: 1_500_000,
      model: { layers: [8], maxEpochs: 10 },
      alert: { budget: { count: 1, perMs: 7 * 86_400_000, scope: 'detector' }, confirm: { steps: 1, of: 1 } },
    }),
    ...overrides,
  };
}

/** A model whose log error is the newest row's first value, its second being usual in 0…1. */
export function fakeModel(version = 'v1', silent = false): ScoringModel {
  return {
    version,
    detector: 'hosts',
    features: ['busy', 'load'],
    rowsNeeded: 2,
    grid: null,
    rowsLeast: 1,
    profile: () => ({
      own: true,
      trainedRows: 100_000,
      mean: Float64Array.of(0, 0.5),
      sd: Float64Array.of(1, 0.2),
      low: Float64Array.of(-100, 0),
      high: Float64Array.of(100, 1),
    }),
    score: (items) =>
      items.map(({ rows, count }) => {
        const error = silent ? 0 : (rows[(count - 1) * 2] ?? 0);
        return {
          logError: error,
          newestRowRatio: error > 0.5 ? 2 : 0.5,
          contributions: Float64Array.of(0.75, 0.25),
          expected: Float64Array.of(0, 0.5),
          residuals: Float64Array.of(error ** 2, 0.1),
        };
      }),
    nets: () => new Map(),
    dispose: () => undefined,
  };
}
