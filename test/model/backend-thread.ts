import { parentPort, workerData } from 'node:worker_threads';
import type { ModelSpec } from '../../src/core/detector.ts';
import { startBackend } from '../../src/model/backend.ts';
import type { BackendName } from '../../src/model/backend.ts';
import { fitModel } from '../../src/model/fit-model.ts';
import { loadModel, packModelFile, unpackModelFile } from '../../src/model/model-file.ts';
import { QUICK_SPEC, loadedRows } from './fleet-rows.ts';

/* A thread keeps its first backend, so each one trains and scores in a thread of its own. */

const WIDTH = 4;
const ROWS = 650;

export interface BackendTask {
  readonly backend: ModelSpec['backend'];
  readonly types: readonly ModelSpec['type'][];
  /** Model files to be scored here, by type. */
  readonly files: ReadonlyMap<ModelSpec['type'], Uint8Array>;
}

export interface BackendWork {
  /** The backend that the thread ended up with. */
  readonly running: BackendName;
  /** Model files trained here, by type. */
  readonly files: ReadonlyMap<ModelSpec['type'], Uint8Array>;
  /** Trained again from the same input, they had the same bytes. */
  readonly repeats: boolean;
  /** Scores of some normal and strange moments: of the models trained here, and of those handed in. */
  readonly own: ReadonlyMap<ModelSpec['type'], readonly number[]>;
  readonly given: ReadonlyMap<ModelSpec['type'], readonly number[]>;
}

async function work({ backend, types, files }: BackendTask): Promise<BackendWork> {
  const done = { files: new Map(), own: new Map(), given: new Map() };
  let repeats = true;
  for (const type of types) {
    const first = await train(type, backend);
    const again = await train(type, backend);
    repeats &&= Buffer.from(unpackModelFile(first).model).equals(unpackModelFile(again).model);
    done.files.set(type, first);
    done.own.set(type, await scores(first, backend));
  }
  for (const [type, file] of files) done.given.set(type, await scores(file, backend));
  return { running: await startBackend('auto'), repeats, ...done };
}

async function train(type: ModelSpec['type'], backend: ModelSpec['backend']): Promise<Uint8Array> {
  const rows = loadedRows({ count: ROWS, features: WIDTH, seed: 1 });
  const { model, card } = await fitModel({
    detector: 'hosts',
    features: ['cpu', 'disk', 'latency', 'requests'],
    stepMs: 15_000,
    windows: [4, 16],
    modelSpec: { ...QUICK_SPEC, type, backend, layers: [12, 4], maxEpochs: 1 },
    seed: 1,
    entities: [{ entity: 'host', cohort: '', segments: [{ firstStep: 0, rows }], holdOutFromStep: 530 }],
  });
  return packModelFile({ model, card, calibration: new Uint8Array(0) });
}

async function scores(file: Uint8Array, backend: ModelSpec['backend']): Promise<number[]> {
  const model = await loadModel(file, backend);
  const rows = loadedRows({ count: ROWS + 400, features: WIDTH, seed: 1 });
  const items = Array.from({ length: 12 }, (_, moment) => {
    const from = (ROWS + 25 * moment) * WIDTH;
    const own = rows.slice(from, from + 40 * WIDTH);
    if (moment % 3 === 0) own[own.length - 2] = (own[own.length - 2] ?? 0) + 20;
    return { entity: 'host', cohort: '', rows: own, count: 40 };
  });
  return model.score(items).map((score) => score.logError);
}

parentPort?.postMessage(await work(workerData as BackendTask));
