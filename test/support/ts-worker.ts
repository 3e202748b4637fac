import { Worker } from 'node:worker_threads';

/** Starts a TypeScript file as a worker thread: Node 20 does not pass a loader on to those. */
export function startTsWorker(file: URL, workerData: unknown): Worker {
  const module = JSON.stringify(file.href);
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${module}); })`;
  return new Worker(start, { workerData, eval: true });
}
