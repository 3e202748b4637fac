import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectorSpec } from '../core/detector.ts';
import { isShadowName, shadowName } from '../core/shadow-name.ts';
import type { ModelRecord } from '../store/model-repository.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { TrainedModel } from './messages.ts';
import { gridMismatch } from './model-grid.ts';
import { ModelRefusal } from './model-refusal.ts';
import { openModel, type LoadedModel } from './open-model.ts';
import { tryModel } from './try-model.ts';

/** Entities that have not passed the newest model's first step yet still use the one before. */
const LIVE_ACTIVATIONS = 2;
/** Detector and version in the name of a model file. */
const MODEL_FILE = /^(.+)-([0-9a-f]{12})\.model$/;

/** Reads and unpacks a model file; throws if it is missing or damaged. */
export async function readModel(path: string, spec: DetectorSpec): Promise<LoadedModel> {
  return ownedBy(spec, await openModel(readFileSync(path), spec.model.backend));
}

/** What the store's activations name, loaded; one that is gone, damaged or of another grid or features is told and passed over. */
export async function readActiveModels(
  store: StoreWriter,
  detectors: readonly DetectorSpec[],
  damaged: (message: string) => void,
): Promise<LoadedModel[]> {
  const loaded: LoadedModel[] = [];
  for (const spec of detectors) {
    const live = store.listActivations(spec.name).slice(-LIVE_ACTIVATIONS);
    for (const version of new Set(live.map((activation) => activation.version))) {
      const record = store.findModel(spec.name, version);
      if (record === null) continue;
      try {
        loaded.push(await readOwnModel(record.path, spec));
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        damaged(`Model ${version} of detector ${spec.name} can't be used (${record.path}): ${cause}`);
      }
    }
  }
  return loaded;
}

/**
 * Puts promoted models to use that are newer than the one in use: strayd stopped before it could. Each is used from the step
 * after the newest kept one on. One that can't be read is told and left.
 */
export async function takeUpCandidates(
  store: StoreWriter,
  detectors: readonly DetectorSpec[],
  damaged: (message: string) => void,
): Promise<void> {
  for (const spec of detectors) {
    const newest = store.listModels(spec.name).find(({ status }) => status !== 'rejected');
    if (newest?.status !== 'candidate') continue;
    try {
      const { model } = await readOwnModel(newest.path, spec);
      model.dispose();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      damaged(
        `Model ${newest.version} of detector ${spec.name} can't be taken up (${newest.path}): ${cause}`,
      );
      continue;
    }
    store.declareDetectors([spec]);
    const effectiveStep = Math.floor(store.newestMs(spec) / spec.stepMs) + 1;
    store.activateModel({ detector: spec.name, version: newest.version, effectiveStep });
  }
}

/** Unlinks model files that never came on record: their training ended while the store was full, or strayd was killed. */
export function clearShelf(store: StoreWriter, storePath: string): void {
  const directory = join(storePath, 'models');
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    const [, detector, version] = MODEL_FILE.exec(name) ?? [];
    if (detector === undefined || version === undefined) continue;
    const isKnown = [detector, shadowName(detector)].some((name) => store.findModel(name, version) !== null);
    if (!isKnown) rmSync(join(directory, name), { force: true });
  }
}

/**
 * Like `readModel`; also throws if the detector has other features, steps or windows by now: values would go into the wrong columns, and
 * what is usual in five minutes is not in one.
 */
export async function readOwnModel(path: string, spec: DetectorSpec): Promise<LoadedModel> {
  const opened = await openModel(readFileSync(path), spec.model.backend);
  const mismatch = gridMismatch(opened.model.features, opened.grid, spec);
  if (mismatch === null) return ownedBy(spec, opened);
  opened.model.dispose();
  throw new Error(`${mismatch} now: a new one must be trained, or the configuration set back.`);
}

/** Reads a kept version that someone wants to use. Throws a `ModelRefusal` if it can't be: its file is gone or damaged, or of another detector. */
export async function readForUse({ version, path }: ModelRecord, spec: DetectorSpec): Promise<LoadedModel> {
  try {
    const loaded = await readOwnModel(path, spec);
    tryModel(loaded, spec);
    return loaded;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ModelRefusal('refused', `Version ${version} of ${spec.name} can't be used (${path}): ${cause}`);
  }
}

/** That of a detector that warms up bears the name that it will be known by. */
function ownedBy({ name }: DetectorSpec, { model, calibrations }: LoadedModel): LoadedModel {
  return { model: isShadowName(name) ? { ...model, detector: name } : model, calibrations };
}

/** Puts a trained model on record and unlinks the files of versions that are too old to go back to. */
export function recordModel(
  store: StoreWriter,
  trained: TrainedModel,
  { nowMs, keep }: { readonly nowMs: number; readonly keep: number },
): void {
  store.insertModel({
    detector: trained.detector,
    version: trained.version,
    path: trained.path,
    sha256: trained.sha256,
    card: JSON.stringify(trained.card),
    status: trained.promoted ? 'candidate' : 'rejected',
    reason: trained.card.promotion.reason,
    createdMs: nowMs,
  });
  for (const { path } of store.pruneModels(trained.detector, keep)) {
    if (path !== trained.path) rmSync(path, { force: true });
  }
}
