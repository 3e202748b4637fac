import { createHash } from 'node:crypto';
import type { DetectorSpec } from '../core/detector.ts';
import { servingName } from '../core/shadow-name.ts';
import { isFault } from '../pipeline/alerts/is-fault.ts';
import { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import { openStore } from '../store/open-store.ts';
import type { ModelRecord } from '../store/model-repository.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { excludedSpans, type PastAlert } from '../training/excluded-spans.ts';
import { quietSpans } from '../training/quiet-spans.ts';
import { train } from '../training/train.ts';
import type { TrainingEntity, TrainingInput } from '../training/training-input.ts';
import { cronTimes } from '../config/cron-times.ts';
import { readOwnModel } from './model-shelf.ts';
import { writeModelFile } from './write-model-file.ts';
import type { TrainingJob, TrainingResult } from './training-messages.ts';

/** Reads the history from the store, trains, and leaves the model file in the store's directory. */
export async function runTraining(
  { storePath, spec, seed, modelMemoryBytes }: TrainingJob,
  progress: (fraction: number, detail: string) => void,
): Promise<TrainingResult> {
  const store = openStore(storePath, { mode: 'read' });
  try {
    const newestStep = Math.floor(store.newestMs(spec) / spec.stepMs);
    // One that warms up learns under the name that it will be known by, and not from what people were told of meanwhile.
    const named = { ...spec, name: servingName(spec.name) };
    const rows = trainingRows(store, spec, newestStep);
    const champion = await readChampion(store, spec);
    const outcome = await train(
      { spec: named, seed, ...rows, ...champion },
      {
        selfTest: true,
        modelMemoryBytes,
        onProgress: ({ fraction, detail }) => progress(fraction, detail),
      },
    );
    if (outcome.kind === 'not_enough_history') {
      return {
        outcome: outcome.kind,
        detail: `${outcome.detail} The next run will try again.`,
        trained: null,
      };
    }
    const { version, file, card, kind, detail } = outcome;
    const known = store.findModel(spec.name, version);
    if (version === champion.champion?.version || known?.status === 'rolled_back') {
      return { ...asBefore(spec.name, version, known), trained: null };
    }
    const path = writeModelFile(storePath, { detector: named.name, version }, file);
    const sha256 = createHash('sha256').update(file).digest('hex');
    const trained = { detector: spec.name, version, path, sha256, card, promoted: kind === 'promoted' };
    return { outcome: kind, detail, trained };
  } finally {
    store.close();
  }
}

/** What a training would learn from if `newestStep` were the newest. */
export function trainingRows(
  store: StoreReader,
  spec: DetectorSpec,
  newestStep: number,
): Pick<TrainingInput, 'entities' | 'excluded'> {
  const named = { ...spec, name: servingName(spec.name) };
  const entities = readEntities(store, spec, newestStep);
  const excluded = [
    ...excludedSpans(pastAlerts(store, named, newestStep), spec, newestStep),
    ...quietSpans(keptWindows(store), entities, { spec: named, newestStep }),
  ];
  return { entities, excluded };
}

function readEntities(store: StoreReader, spec: DetectorSpec, newestStep: number): TrainingEntity[] {
  const fromStep = newestStep - Math.floor(spec.training.spanMs / spec.stepMs);
  const entities: TrainingEntity[] = [];
  for (const { entity, cohort, segments } of store.readTrainingSteps(spec, fromStep, newestStep)) {
    entities.push({ entity, cohort, segments });
  }
  return entities;
}

/** All that people said of times that are not to be learned from, whenever they said it. */
export function keptWindows(store: StoreReader): QuietWindows {
  return new QuietWindows(cronTimes, store.quietWindows());
}

/** A detector's alerts, also from when it had steps of another length; those still open last until `newestStep`. */
export function pastAlerts(store: StoreReader, spec: DetectorSpec, newestStep: number): PastAlert[] {
  return store.listAlerts({ detector: spec.name, limit: Infinity }).map(({ alert, label, stepMs }) => ({
    entity: alert.entity,
    firstStep: Math.floor((alert.firstStepOver * stepMs) / spec.stepMs),
    lastStep:
      alert.state === 'resolved'
        ? Math.ceil(((alert.lastStepOver + 1) * stepMs) / spec.stepMs) - 1
        : newestStep,
    label,
    culprit: alert.contributions[0]?.feature ?? null,
    accepted: alert.resolution === 'accepted',
    fault: isFault(alert),
  }));
}

/** A training that gave a version again: the one in use, whose card stays, or one that was rolled back, which stays so. */
function asBefore(
  detector: string,
  version: string,
  known: ModelRecord | null,
): Pick<TrainingResult, 'outcome' | 'detail'> {
  if (known?.status !== 'rolled_back') {
    return {
      outcome: 'unchanged',
      detail: `The history gives the model in use, ${version}, again; it stays.`,
    };
  }
  const detail =
    `The history gives version ${version} again, which stays out of use: ${known.reason} ` +
    `"strayd models rollback ${detector} ${version}" would put it to use.`;
  return { outcome: 'rejected', detail };
}

/** A model in use that can't be used has no say, else nothing could ever take its place; but that is told. */
async function readChampion(
  store: StoreReader,
  spec: DetectorSpec,
): Promise<Pick<TrainingInput, 'champion' | 'lostChampion'>> {
  const active = store.listModels(spec.name).find(({ status }) => status === 'active');
  if (active === undefined) return { champion: null };
  const { version, path } = active;
  try {
    return { champion: (await readOwnModel(path, spec)).model };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { champion: null, lostChampion: { version, why: `${path}: ${cause}` } };
  }
}
