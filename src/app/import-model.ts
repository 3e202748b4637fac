import { createHash } from 'node:crypto';
import type { DetectorSpec } from '../core/detector.ts';
import { loadModel, unpackModelFile } from '../model/model-file.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { ModelRefusal } from './model-refusal.ts';
import { writeModelFile } from './write-model-file.ts';

/** Where an imported model goes. */
export interface ImportPlace {
  readonly detectors: readonly DetectorSpec[];
  readonly storePath: string;
  readonly store: StoreWriter;
}

/** A model file that was found good. `record` writes it to the shelf and on record; it may be repeated. */
export interface CheckedImport {
  readonly detector: string;
  readonly version: string;
  record(nowMs: number): void;
}

/**
 * Checks a model file by its hash and by the features of its detector; a rollback puts it to use later. Throws a
 * `ModelRefusal` for a damaged file, an unknown detector, other features, or a version that is there.
 */
export async function checkImport(bytes: Uint8Array, place: ImportPlace): Promise<CheckedImport> {
  const { detectors, storePath, store } = place;
  const { detector, version, features, card } = await inspect(bytes);
  const spec = detectors.find(({ name }) => name === detector);
  if (spec === undefined) {
    const names = detectors.map(({ name }) => name).join(', ');
    throw new ModelRefusal(
      'refused',
      `The model is of detector ${JSON.stringify(detector)}; the configuration has ${names}.`,
    );
  }
  const wanted = spec.features.map(({ name }) => name).join(', ');
  if (features.join(', ') !== wanted) {
    throw new ModelRefusal(
      'refused',
      `The model was trained on ${features.join(', ')}; detector ${detector} has ${wanted}, so it can't score with it.`,
    );
  }
  if (store.findModel(detector, version) !== null) {
    throw new ModelRefusal('refused', `Version ${version} of ${detector} is here already.`);
  }
  const record = (nowMs: number): void => {
    const path = writeModelFile(storePath, { detector, version }, bytes);
    store.insertModel({
      detector,
      version,
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      card: JSON.stringify(card),
      status: 'retired',
      reason: 'Imported.',
      createdMs: nowMs,
    });
  };
  return { detector, version, record };
}

async function inspect(bytes: Uint8Array) {
  try {
    const { card } = unpackModelFile(bytes);
    const model = await loadModel(bytes, 'auto');
    const { detector, version, features } = model;
    model.dispose();
    return { detector, version, features, card };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ModelRefusal('refused', `The file can't be imported: ${cause}.`);
  }
}
