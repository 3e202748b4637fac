import { Worker, isMainThread } from 'node:worker_threads';
import { loadKernels } from '../../src/model/kernels.ts';

const kernels = await loadKernels('wasm');
const right = kernels.hold(Float32Array.from([3, 4]), 2, 1);
const [product] = kernels.multiply(Float32Array.from([1, 2]), 1, right);
const hooks = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
process.stdout.write(
  `${isMainThread ? 'main' : 'worker'} ${kernels.backend} ${String(product)}, ${String(hooks)} error hooks\n`,
);
if (isMainThread) {
  // Node 20 does not pass a TypeScript loader on to worker threads.
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); })`;
  new Worker(start, { eval: true });
}
