import type { ModelSpec } from '../core/detector.ts';
import { createRandom } from '../core/random.ts';
import { bottleneckLimit } from './autoencoder.ts';
import { startFastestBackend } from './backend.ts';
import type { BackendName } from './backend.ts';
import { planNet } from './net-autoencoder.ts';
import { NETS, netOf } from './net-registry.ts';
import { trainNet } from './net-training.ts';

/** Batches of one measurement, after one to warm up. */
const BATCHES = 2;
/** Above so many weights the plain cpu backend has never been faster, and takes seconds to find out. */
const CPU_WEIGHTS = 10_000;

/**
 * `backend: auto` before a first training: trains a few batches of the detector's own net, at its widest, on each backend there is, and
 * starts the fastest in this thread. Answers milliseconds a batch; nothing where the thread already has a backend or there is no net.
 */
export async function measureBackends(
  spec: ModelSpec,
  { steps, features }: { readonly steps: number; readonly features: number },
): Promise<ReadonlyMap<BackendName, number>> {
  const name = netOf(spec.type);
  if (spec.backend !== 'auto' || name === null) return new Map();
  const net = NETS[name];
  const plan = planNet(net, {
    steps,
    features,
    layers: spec.layers,
    components: bottleneckLimit(steps * features),
  });
  const weights = net
    .weights(plan)
    .reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0);
  const trainBatches = async (count: number): Promise<number> => {
    const random = createRandom(spec.seed);
    const windows = count * spec.batchSize;
    const training = Float32Array.from({ length: windows * steps * features }, () => random.normal());
    const began = performance.now();
    await trainNet(
      {
        training,
        trainingCount: windows,
        validation: new Float32Array(0),
        validationCount: 0,
        net,
        plan,
        start: null,
      },
      { ...spec, maxEpochs: 1, maxWindows: windows },
      random,
    );
    return (performance.now() - began) / count;
  };
  return startFastestBackend(
    weights > CPU_WEIGHTS ? ['wasm', 'native'] : ['wasm', 'native', 'cpu'],
    async () => {
      await trainBatches(1);
      return trainBatches(BATCHES);
    },
  );
}
