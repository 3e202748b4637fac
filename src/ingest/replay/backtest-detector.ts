import type { DetectorSpec } from '../../core/detector.ts';
import type { WideRow } from './wide-csv.ts';
import { ENTITY_LABEL } from './wide-slices.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Step of a wide file: the median difference of consecutive times of the same entity, ms. Throws if no entity has two
 * rows.
 */
export function medianStepMs(rows: readonly WideRow[]): number {
  const newest = new Map<string, number>();
  const gaps: number[] = [];
  for (const { entity, timeMs } of rows) {
    const before = newest.get(entity);
    if (before !== undefined) gaps.push(timeMs - before);
    newest.set(entity, timeMs);
  }
  gaps.sort((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  if (median === undefined) {
    throw new Error(
      `the input has ${rows.length} rows and no entity with two; a backtest needs a history of each entity`,
    );
  }
  return median;
}

/**
 * The detector of a backtest without a config: every column a gauge, entities by the `entity` label, one false alert a
 * week and entity as the budget. Rows come in order, so nothing waits for late samples.
 */
export function backtestDetector(features: readonly string[], stepMs: number): DetectorSpec {
  return {
    name: 'backtest',
    source: null,
    mode: 'alert',
    select: [],
    entity: [ENTITY_LABEL],
    cohort: [],
    features: [...features]
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => ({ name, metric: name, where: [], as: 'gauge', aggregate: 'mean', unit: '' })),
    stepMs,
    windows: [4, 16, 64],
    allowedLatenessMs: 0,
    absentAfterMs: 5 * stepMs,
    maxFutureMs: 5 * 60_000,
    forgetAfterMs: 24 * 3_600_000,
    model: {
      type: 'auto',
      layers: [128, 64, 32],
      bottleneck: 0.9,
      noise: 0.1,
      loss: 'mse',
      learningRate: 0.001,
      batchSize: 256,
      maxEpochs: 30,
      backend: 'auto',
      seed: 1,
    },
    training: {
      schedule: '0 3 * * 0',
      timezone: 'UTC',
      spanMs: 28 * 24 * 3_600_000,
      quarantineMs: WEEK_MS,
      fineTune: true,
      minSteps: 512,
      timeLimitMs: 7_200_000,
      memoryLimitBytes: 4 * 2 ** 30,
      keep: 10,
    },
    calibration: { schedule: '0 4 * * *' },
    alert: {
      budget: { count: 1, perMs: WEEK_MS, scope: 'entity' },
      confirm: stepMs < 60_000 ? { steps: 3, of: 5 } : { steps: 1, of: 1 },
      severity: 'warning',
      direction: 'both',
      minChange: { relative: 0, absolute: 0 },
      minFeatures: 1,
      refractoryMs: 64 * stepMs,
      repeatIntervalMs: 14_400_000,
      acceptAfterMs: null,
      acceptMemoryMs: 14 * 86_400_000,
      runbookUrl: null,
      // Of a file nobody knows whether an entity is gone or its rows were left out.
      flatline: { afterMs: 600_000 },
    },
  };
}
