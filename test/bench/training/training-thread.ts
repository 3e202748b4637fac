import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from '../../../src/core/random.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import { startBackend } from '../../../src/model/backend.ts';
import type { BackendName } from '../../../src/model/backend.ts';
import { fitScale, scaleRows } from '../../../src/model/feature-scale.ts';
import type { FitEntity } from '../../../src/model/fit-input.ts';
import { fitModel } from '../../../src/model/fit-model.ts';
import { denseNet } from '../../../src/model/dense-net.ts';
import { trainNet } from '../../../src/model/net-training.ts';
import { spreadNumbers, takeWindows } from '../../../src/model/stretch-windows.ts';
import { loadedRows } from '../../model/fleet-rows.ts';

/* One measurement of the training bench: a thread keeps its first backend, so each one gets a thread of its own. */

/** What is to be trained: so many windows for the net (a multiple of 400), so many passes over them. */
export interface TrainingCase {
  readonly backend: BackendName;
  readonly windows: number;
  readonly epochs: number;
}

/** Seconds of a whole fit and of the net's loop alone; `null` if this machine does not have the backend. */
export type TrainingSeconds = {
  readonly whole: number;
  readonly loop: number;
  readonly shape: readonly number[];
} | null;

const WINDOWS_AN_ENTITY = 400;
const FEATURES = 8;
const DENSE_STEPS = 16;
const TRAINING_SHARE = 0.8;

async function measure({ backend, windows, epochs }: TrainingCase): Promise<TrainingSeconds> {
  try {
    await startBackend(backend);
  } catch {
    return null;
  }
  const entities = makeEntities(windows);
  const features = Array.from({ length: FEATURES }, (_, feature) => `metric_${feature}`);
  const spec = backtestDetector(features, 60_000);
  const modelSpec = { ...spec.model, backend, maxEpochs: epochs };
  const began = performance.now();
  const { card, scoring } = await fitModel(
    {
      detector: spec.name,
      features,
      stepMs: spec.stepMs,
      windows: spec.windows,
      modelSpec,
      seed: 1,
      entities,
    },
    { maxWindows: windows },
  );
  const whole = (performance.now() - began) / 1000;
  scoring.dispose();
  const shape =
    card.groups.flatMap(({ members }) => members).find(({ kind }) => kind === 'dense')?.shape ?? [];

  const training = denseWindows(entities, windows);
  const loopBegan = performance.now();
  const plan = {
    steps: DENSE_STEPS,
    features: FEATURES,
    hidden: shape.slice(1, (shape.length - 1) / 2),
    latent: Math.min(...shape),
  };
  await trainNet(
    {
      training,
      trainingCount: windows,
      validation: new Float32Array(0),
      validationCount: 0,
      net: denseNet,
      plan,
      start: null,
    },
    { ...modelSpec, seed: 1, maxWindows: windows, signal: undefined },
    createRandom(1),
  );
  return { whole, loop: (performance.now() - loopBegan) / 1000, shape };
}

/** Entities whose training rows together hold just so many windows. */
function makeEntities(windows: number): FitEntity[] {
  const trainingRows = WINDOWS_AN_ENTITY + DENSE_STEPS - 1;
  const count = Math.ceil(trainingRows / TRAINING_SHARE);
  return Array.from({ length: windows / WINDOWS_AN_ENTITY }, (_, index) => ({
    entity: `host-${index}`,
    cohort: '',
    segments: [{ firstStep: 0, rows: loadedRows({ count, features: FEATURES, seed: index + 1 }) }],
    holdOutFromStep: trainingRows,
  }));
}

function denseWindows(entities: readonly FitEntity[], windows: number): Float32Array {
  const stretches = entities.map(({ segments, holdOutFromStep }) => {
    const rows = segments[0]?.rows.subarray(0, holdOutFromStep * FEATURES) ?? new Float64Array(0);
    return { rows: scaleRows(rows, 0, holdOutFromStep, fitScale([rows], FEATURES)), count: holdOutFromStep };
  });
  return takeWindows(stretches, DENSE_STEPS, FEATURES, spreadNumbers(windows, windows, createRandom(1)));
}

parentPort?.postMessage(await measure(workerData as TrainingCase));
