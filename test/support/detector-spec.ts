import type { DetectorSpec } from '../../src/core/detector.ts';

const DAY_MS = 86_400_000;

/** What is not said of a detector is as here: 15 s steps, `auto` with its default net, five incidents a week, 3 of 5, no gate for small changes. */
export interface SpecChange extends Partial<Omit<DetectorSpec, 'model' | 'training' | 'alert'>> {
  readonly model?: Partial<DetectorSpec['model']>;
  readonly training?: Partial<DetectorSpec['training']>;
  readonly alert?: Partial<DetectorSpec['alert']>;
}

/** A detector `hosts` by `instance`, without features, as far as `change` says nothing else; its blocks are changed key by key. */
export function testDetector({ model, training, alert, ...change }: SpecChange = {}): DetectorSpec {
  return {
    name: 'hosts',
    source: null,
    mode: 'alert',
    select: [],
    entity: ['instance'],
    cohort: [],
    features: [],
    stepMs: 15_000,
    windows: [4, 16, 64],
    allowedLatenessMs: 30_000,
    absentAfterMs: 75_000,
    maxFutureMs: 300_000,
    forgetAfterMs: DAY_MS,
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
      ...model,
    },
    training: {
      schedule: '0 3 * * 0',
      timezone: 'UTC',
      spanMs: 28 * DAY_MS,
      quarantineMs: 7 * DAY_MS,
      fineTune: false,
      minSteps: 500,
      timeLimitMs: 7_200_000,
      memoryLimitBytes: 4 * 2 ** 30,
      keep: 10,
      ...training,
    },
    calibration: { schedule: '0 4 * * *' },
    alert: {
      budget: { count: 5, perMs: 7 * DAY_MS, scope: 'detector' },
      confirm: { steps: 3, of: 5 },
      severity: 'warning',
      direction: 'both',
      minChange: { relative: 0, absolute: 0 },
      minFeatures: 1,
      refractoryMs: 0,
      repeatIntervalMs: 14_400_000,
      acceptAfterMs: null,
      acceptMemoryMs: 14 * DAY_MS,
      runbookUrl: null,
      ...alert,
    },
    ...change,
  };
}
