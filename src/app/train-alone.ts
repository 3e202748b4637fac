import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { openStore } from '../store/open-store.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { TrainedModel } from './messages.ts';
import { recordModel } from './model-shelf.ts';
import { Trainer } from './trainer.ts';

export interface AloneOptions {
  readonly config: Config;
  readonly detectors: readonly DetectorSpec[];
  readonly progress: (detector: string, fraction: number, detail: string) => void;
}

/**
 * Trains without a daemon: takes the store's lock, so it throws `StoreLockedError` if one runs. A promoted model is used
 * from the step after the newest kept one on.
 */
export async function trainAlone({ config, detectors, progress }: AloneOptions): Promise<TrainingRun[]> {
  const store = openStore(config.store.path, { mode: 'write', pid: process.pid, random: Math.random });
  const runs: TrainingRun[] = [];
  try {
    store.declareDetectors(config.detectors);
    for (const spec of detectors) {
      const { run, trained } = await trainOnce(config.store.path, spec, progress);
      store.insertTrainingRun(run);
      if (trained !== null) recordModel(store, trained, run.endedMs);
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

function trainOnce(
  storePath: string,
  spec: DetectorSpec,
  progress: AloneOptions['progress'],
): Promise<{ readonly run: TrainingRun; readonly trained: TrainedModel | null }> {
  return new Promise((resolve) => {
    const trainer = new Trainer({
      storePath,
      nowMs: Date.now,
      progress,
      started: () => undefined,
      ended: (run, trained) => resolve({ run, trained }),
    });
    trainer.request(spec);
  });
}
