import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError, StoreLockedError } from '../store/store-error.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import { endBrokenRuns } from './broken-runs.ts';
import type { TrainedModel } from './messages.ts';
import { recordModel } from './model-shelf.ts';
import { TrainAloneError } from './train-alone-error.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

export interface AloneOptions {
  readonly config: Config;
  readonly detectors: readonly DetectorSpec[];
  readonly progress: (detector: string, fraction: number, detail: string) => void;
  /** Cancels the run under way and those that would follow. */
  readonly signal?: AbortSignal;
}

/**
 * Trains without a daemon: takes the store's lock, so it answers `null` if one runs. A promoted model is used from the step
 * after the newest kept one on.
 */
export async function trainAlone({
  config,
  detectors,
  progress,
  signal,
}: AloneOptions): Promise<TrainingRun[] | null> {
  const store = openAlone(config.store.path);
  if (store === null) return null;
  const runs: TrainingRun[] = [];
  try {
    store.declareDetectors(config.detectors);
    for (const spec of detectors) {
      if (signal?.aborted === true) break;
      const started = (detector: string, _pid: number | null, startedMs: number): void =>
        store.startTrainingRun(detector, startedMs);
      const { run, trained } = await trainOnce(config, spec, { progress, signal, started });
      store.insertTrainingRun(run);
      if (trained !== null) recordModel(store, trained, { nowMs: run.endedMs, keep: spec.training.keep });
      if (trained?.promoted === true) {
        const effectiveStep = Math.floor(store.newestMs(spec) / spec.stepMs) + 1;
        store.activateModel({ detector: spec.name, version: trained.version, effectiveStep });
      }
      runs.push(run);
    }
  } finally {
    store.close();
  }
  return runs;
}

/** Opens a store for writing; `null` if a daemon holds it. Throws a `TrainAloneError` if it can't be had otherwise. */
export function openAlone(path: string): StoreWriter | null {
  try {
    const store = openStore(path, { mode: 'write', pid: process.pid, random: Math.random });
    endBrokenRuns(store);
    return store;
  } catch (error) {
    if (error instanceof StoreLockedError) return null;
    if (error instanceof StoreError) throw new TrainAloneError(error.message, { cause: error });
    throw error;
  }
}

function trainOnce(
  { store, limits }: Config,
  spec: DetectorSpec,
  {
    progress,
    signal,
    started,
  }: Pick<TrainerOptions, 'progress' | 'started'> & { readonly signal: AbortSignal | undefined },
): Promise<{ readonly run: TrainingRun; readonly trained: TrainedModel | null }> {
  return new Promise((resolve) => {
    const trainer = new Trainer({
      storePath: store.path,
      modelMemoryBytes: limits.modelMemoryBytes,
      nowMs: Date.now,
      progress,
      started,
      ended: (run, trained) => resolve({ run, trained }),
    });
    signal?.addEventListener('abort', () => trainer.cancel(spec.name), { once: true });
    trainer.request(spec);
  });
}
