import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../src/core/detector.ts';
import { hasNativeBackend } from '../../src/model/backend.ts';
import type { BackendName } from '../../src/model/backend.ts';
import { packModelFile, unpackModelFile } from '../../src/model/model-file.ts';
import { startTsWorker } from '../support/ts-worker.ts';
import type { BackendTask, BackendWork } from './backend-thread.ts';

const TYPES: readonly ModelSpec['type'][] = ['linear', 'dense', 'conv', 'lstm', 'variational'];
/** One model's scores on two backends: float32 sums in another order. */
const SCORING_TOLERANCE = 1e-5;
/** Two trainings on two backends: a sum in another order grows on the way down. */
const TRAINING_TOLERANCE = 0.01;

/** The native one where it is installed (docs/how-to-native-backend.md). */
const BACKENDS: readonly BackendName[] = hasNativeBackend() ? ['cpu', 'native'] : ['cpu'];

let wasm: BackendWork;

beforeAll(async () => {
  wasm = await workOn({ backend: 'wasm', types: TYPES, files: new Map() });
}, 120_000);

describe.each(BACKENDS)('the %s backend', (backend) => {
  it('trains to the bit alike each time, and scores as wasm does', { timeout: 600_000 }, async () => {
    const work = await workOn({ backend, types: TYPES, files: wasm.files });
    expect(work.running).toBe(backend);
    expect(work.repeats).toBe(true);
    for (const type of TYPES) {
      expect(furthest(work.given.get(type), wasm.own.get(type)), `scoring ${type}`).toBeLessThan(
        SCORING_TOLERANCE,
      );
      expect(furthest(work.own.get(type), wasm.own.get(type)), `training ${type}`).toBeLessThan(
        TRAINING_TOLERANCE,
      );
    }
  });
});

describe('backend: auto', () => {
  it(
    'measures the backends on the net at the first training, says so on the card, and is remembered',
    { timeout: 120_000 },
    async () => {
      const first = await workOn({ backend: 'auto', types: ['dense'], files: new Map() });
      const file = first.files.get('dense')!;
      const { card } = unpackModelFile(file);
      expect(Object.keys(card.batchMs ?? {})).toEqual(['wasm', ...BACKENDS.toReversed()]);
      expect(first.running).toBe(card.backend);
      const remembering = { ...card, backend: 'cpu' as const };
      const changed = packModelFile({ ...unpackModelFile(file), card: remembering });
      const next = await workOn({ backend: 'auto', types: [], files: new Map([['dense', changed]]) });
      expect(next.running).toBe('cpu');
    },
  );
});

describe('the wasm backend', () => {
  it('trains to the bit alike each time', () => {
    expect(wasm.running).toBe('wasm');
    expect(wasm.repeats).toBe(true);
  });
});

function furthest(a: readonly number[] = [], b: readonly number[] = []): number {
  expect(a.length).toBe(b.length);
  expect(a.length).toBeGreaterThan(0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

async function workOn(task: BackendTask): Promise<BackendWork> {
  const thread = startTsWorker(new URL('./backend-thread.ts', import.meta.url), task);
  try {
    return await new Promise((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
    });
  } finally {
    await thread.terminate();
  }
}
