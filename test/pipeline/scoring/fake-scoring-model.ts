import type { DetectorSpec } from '../../../src/core/detector.ts';
import type { ScoringModel } from '../../../src/model/scoring-model.ts';

/** A detector of two features with a budget of one alert a week. */
export function fakeSpec(overrides: Partial<DetectorSpec> = {}): DetectorSpec {
  return {
    name: 'hosts',
    source: null,
    mode: 'alert',
    select: [],
    entity: ['instance'],
    cohort: [],
    features: ['busy', 'load'].map((name) => ({
      name,
      metric: name,
      where: [],
      as: 'gauge' as const,
      aggregate: 'sum' as const,
      unit: `${name} unit`,
    })),
    stepMs: 300_000,
    windows: [4, 16, 64],
    allowedLatenessMs: 30_000,
    absentAfterMs: 1_500_000,
    maxFutureMs: 300_000,
    forgetAfterMs: 86_400_000,
    model: {
      type: 'auto',
      layers: [8],
      bottleneck: 0.9,
      noise: 0.1,
      loss: 'mse',
      learningRate: 0.001,
      batchSize: 256,
      maxEpochs: 10,
      backend: 'auto',
      seed: 1,
    },
    training: {
      schedule: '0 3 * * 0',
      timezone: 'UTC',
      spanMs: 28 * 86_400_000,
      quarantineMs: 7 * 86_400_000,
      fineTune: false,
      minSteps: 500,
      timeLimitMs: 7_200_000,
      memoryLimitBytes: 4 * 2 ** 30,
      keep: 10,
    },
    calibration: { schedule: '0 4 * * *' },
    alert: {
      budget: { count: 1, perMs: 7 * 86_400_000, scope: 'detector' },
      confirm: { steps: 1, of: 1 },
      severity: 'warning',
      direction: 'both',
      minChange: { relative: 0, absolute: 0 },
      minFeatures: 1,
      refractoryMs: 0,
      repeatIntervalMs: 14_400_000,
      acceptAfterMs: null,
      acceptMemoryMs: 14 * 86_400_000,
      runbookUrl: null,
    },
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
