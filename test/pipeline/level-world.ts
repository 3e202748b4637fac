import { createRandom } from '../../src/core/random.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { loadModel, unpackModelFile } from '../../src/model/model-file.ts';
import type { RestoredState } from '../../src/pipeline/checkpoint.ts';
import { createState, type RestoredModel } from '../../src/pipeline/create-state.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { decodeCalibrations } from '../../src/pipeline/scoring/calibration-section.ts';
import { train } from '../../src/training/train.ts';
import { NOTHING, partitionId } from './drive.ts';
import { fakeSpec } from './scoring/fake-scoring-model.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Steps of two minutes; a Monday is step 0 of the watch. */
const STEP_MS = 2 * MINUTE_MS;
export const DAY = DAY_MS / STEP_MS;
export const HOUR = DAY / 24;
const TRAINED_DAYS = 7;
const MONDAY = Date.UTC(2026, 0, 12) / STEP_MS;

const base = fakeSpec();

/** Traffic by the hour, and what follows it: cpu and latency. */
export const levelSpec: DetectorSpec = {
  ...base,
  features: ['cpu', 'latency', 'traffic'].map((name) => ({
    name,
    metric: name,
    where: [],
    as: 'gauge',
    aggregate: 'mean',
    unit: name === 'latency' ? 's' : '',
  })),
  stepMs: STEP_MS,
  windows: [4, 16, 64],
  allowedLatenessMs: 0,
  absentAfterMs: 5 * STEP_MS,
  maxFutureMs: 5 * MINUTE_MS,
  forgetAfterMs: DAY_MS,
  model: { ...base.model, type: 'linear', backend: 'cpu' },
  alert: {
    ...base.alert,
    budget: { count: 1, perMs: 7 * DAY_MS, scope: 'entity' },
    confirm: { steps: 3, of: 5 },
    refractoryMs: 64 * STEP_MS,
  },
};

/** What is added to or multiplied with a step's values: `[cpu, latency, traffic]`. */
export type Disturbance = (step: number, row: readonly number[]) => readonly number[];

/** The same week each time for a seed; `step` counts from the watch's begin, training lies before it. */
function rowAt(step: number, noise: () => number): number[] {
  const hour = ((MONDAY + step) * STEP_MS) / 3_600_000;
  const traffic = 100 + 40 * Math.sin(((hour % 24) / 24) * 2 * Math.PI) + 4 * noise();
  const cpu = 0.2 + 0.004 * traffic + 0.015 * noise();
  const latency = 0.05 + 0.0004 * traffic + 0.004 * noise();
  return [cpu, latency, traffic];
}

/** A model trained on the week before, as a daemon would have it. */
export async function trainedLevelModel(spec: DetectorSpec = levelSpec): Promise<RestoredModel> {
  const { file } = await trainedLevelFile(spec);
  const calibrations = decodeCalibrations(unpackModelFile(file).calibration);
  return { model: await loadModel(file, 'cpu'), calibrations };
}

/** The same as the bytes of its file, and its card as JSON. */
export async function trainedLevelFile(
  spec: DetectorSpec = levelSpec,
): Promise<{ readonly file: Uint8Array; readonly card: string }> {
  const count = TRAINED_DAYS * DAY;
  const random = createRandom(11);
  const noise = (): number => random.normal();
  const values = new Float64Array(count * 3);
  for (let row = 0; row < count; row++) values.set(rowAt(row - count, noise), row * 3);
  const segments = [{ firstStep: MONDAY - count, count, values }];
  const entities = [{ entity: 'web-1', cohort: '', segments }];
  const outcome = await train({ spec, seed: 1, entities, excluded: [], champion: null });
  if (outcome.kind !== 'promoted') throw new Error(outcome.detail);
  return { file: outcome.file, card: JSON.stringify(outcome.card) };
}

export function levelPipeline(
  model: RestoredModel,
  restored: RestoredState = NOTHING,
  spec: DetectorSpec = levelSpec,
): PipelineState {
  return createState({
    detectors: [spec],
    restored,
    models: [model],
    nextRefitMs: (_, afterMs) => (Math.floor(afterMs / DAY_MS) + 1) * DAY_MS,
    maxAlertAgeMs: Infinity,
  });
}

/** How the watch begins. */
export function levelBeginning({ model, calibrations }: RestoredModel): PipelineInput[] {
  return [
    { kind: 'assigned', partition: partitionId(0), nextOffset: 0 },
    { kind: 'model', model, calibrations, effectiveStep: MONDAY },
  ];
}

/** One input a step, from `from` on; offsets are steps, so that a restart finds its place. */
export function levelInputs(
  steps: number,
  disturb: Disturbance,
  { seed = 5, from = 0, entity = 'web-1' } = {},
): PipelineInput[] {
  const random = createRandom(seed);
  const noise = (): number => random.normal();
  const inputs: PipelineInput[] = [];
  for (let step = 0; step < steps; step++) {
    const [cpu, latency, traffic] = disturb(step, rowAt(step, noise));
    if (step < from) continue;
    const timeMs = (MONDAY + step) * STEP_MS;
    const samples = Object.entries({ cpu, latency, traffic }).map(([metric, value]) => ({
      metric,
      labels: { instance: entity },
      timeMs,
      value: value ?? Number.NaN,
    }));
    const records = [{ offset: step, timeMs, samples }];
    const slice = { ...partitionId(0), firstOffset: step, nextOffset: step + 1, records, deadLetters: [] };
    inputs.push({ kind: 'records', slice });
  }
  return inputs;
}

/** The step's number on the grid. */
export const gridStep = (step: number): number => MONDAY + step;
