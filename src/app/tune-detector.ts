import { constants, setPriority } from 'node:os';
import type { DetectorSpec } from '../core/detector.ts';
import { formatDuration } from '../core/duration.ts';
import { deriveSeed } from '../core/random.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { excludedSpans } from '../training/excluded-spans.ts';
import { quietSpans } from '../training/quiet-spans.ts';
import type { TrainingEntity } from '../training/training-input.ts';
import { tune } from '../training/tuning/tune.ts';
import type { TuningResult } from '../training/tuning/tune.ts';
import { TuningImpossible, tuningData } from '../training/tuning/tuning-data.ts';
import type { TuningEntity } from '../training/tuning/tuning-data.ts';
import { fingerprintOf, newState } from '../training/tuning/tuning-state.ts';
import type { TuningState } from '../training/tuning/tuning-state.ts';
import { keptWindows, pastAlerts } from './run-training.ts';
import { TuneError } from './tune-error.ts';
import { readTuning, tuningPath, writeTuning } from './tuning-file.ts';

export interface TuneDetectorOptions {
  readonly storePath: string;
  readonly spec: DetectorSpec;
  readonly budgetMs: number;
  /** `null`: as many as the time allows. */
  readonly trials: number | null;
  readonly seed: number;
  /** Goes on with what is kept of a tuning that was cut off. */
  readonly resume: boolean;
  readonly progress: (fraction: number, detail: string) => void;
}

/** What a tuning found, and on whom. */
export interface DetectorTuning extends TuningResult {
  readonly entities: number;
  /** Where it is kept. */
  readonly path: string;
}

/** Entities that stand for all, chosen by a hash of their names. */
const MOST_ENTITIES = 24;

/**
 * Tunes a detector's model on the history in the store. It only reads the store, so a daemon may have it meanwhile; what it has done
 * goes to a file beside it, from which `resume` goes on.
 */
export async function tuneDetector(options: TuneDetectorOptions): Promise<DetectorTuning> {
  const { storePath, spec, budgetMs, trials, progress } = options;
  if (spec.model.type === 'none') {
    throw new TuneError(`Detector ${spec.name} has model.type none: there is nothing to tune.`);
  }
  lowerPriority();
  const path = tuningPath(storePath, spec.name);
  const signal = AbortSignal.timeout(budgetMs);
  try {
    const kept = options.resume ? readTuning(path) : null;
    if (options.resume && kept === null) {
      throw new TuneError(`No tuning of ${spec.name} is kept in ${path}: leave --resume out.`);
    }
    const { entities, state } = readHistory(options, kept);
    const result = await tune(
      { spec, entities, seed: state.seed, state },
      {
        candidates: trials,
        budgetMs,
        signal,
        nowMs: () => performance.now(),
        save: (next) => writeTuning(path, next),
        progress,
      },
    );
    return { ...result, entities: entities.length, path };
  } catch (error) {
    if (error instanceof TuningImpossible || error instanceof StoreError) {
      throw new TuneError(error.message, { cause: error });
    }
    throw error;
  }
}

function readHistory(
  { storePath, spec, seed }: TuneDetectorOptions,
  kept: TuningState | null,
): { readonly entities: TuningEntity[]; readonly state: TuningState } {
  const store = openStore(storePath, { mode: 'read' });
  try {
    const newestStep = kept?.newestStep ?? Math.floor(store.newestMs(spec) / spec.stepMs);
    const some = someEntities(store, spec, newestStep);
    const excluded = [
      ...excludedSpans(pastAlerts(store, spec, newestStep), spec, newestStep),
      ...quietSpans(keptWindows(store), some, { spec, newestStep }),
    ];
    const entities = dataOf(some, excluded, { spec, kept });
    const fingerprint = fingerprintOf(spec, entities, kept?.seed ?? seed);
    if (kept !== null && kept.fingerprint !== fingerprint) {
      throw new TuneError(
        `The history or the settings of ${spec.name} have changed since the tuning that is kept, so its trials ` +
          'no longer compare: begin anew, without --resume.',
      );
    }
    return { entities, state: kept ?? newState({ fingerprint, seed, newestStep }) };
  } finally {
    store.close();
  }
}

/** Too little history at the step at which a kept tuning began is no lack of it: the tuning is of another store, or what it saw is gone. */
function dataOf(
  entities: readonly TrainingEntity[],
  excluded: Parameters<typeof tuningData>[1],
  { spec, kept }: { readonly spec: DetectorSpec; readonly kept: TuningState | null },
): TuningEntity[] {
  try {
    return tuningData(entities, excluded, spec);
  } catch (error) {
    if (kept === null || !(error instanceof TuningImpossible)) throw error;
    throw new TuneError(
      `The tuning that is kept of ${spec.name} is of other history: what it was measured on, up to ` +
        `step ${kept.newestStep} of ${formatDuration(spec.stepMs)}, is not in this store (any more). Begin anew, without --resume.`,
      { cause: error },
    );
  }
}

/** Holds no more than `MOST_ENTITIES` at a time. */
function someEntities(store: StoreReader, spec: DetectorSpec, newestStep: number): TrainingEntity[] {
  let chosen: { readonly key: number; readonly entity: TrainingEntity }[] = [];
  const fromStep = newestStep - Math.floor(spec.training.spanMs / spec.stepMs);
  for (const { entity, cohort, segments } of store.readTrainingSteps(spec, fromStep, newestStep)) {
    chosen.push({ key: deriveSeed('tuning', entity), entity: { entity, cohort, segments } });
    if (chosen.length > MOST_ENTITIES) {
      chosen = chosen.sort((a, b) => a.key - b.key).slice(0, MOST_ENTITIES);
    }
  }
  return chosen.map(({ entity }) => entity).sort((a, b) => (a.entity < b.entity ? -1 : 1));
}

/** A daemon on the same machine goes first. */
function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The system may not allow it: then it works at the usual priority.
  }
}
