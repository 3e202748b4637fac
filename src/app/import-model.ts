import { createHash } from 'node:crypto';
import type { DetectorSpec } from '../core/detector.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { modelCardSchema } from './model-card-schema.ts';
import { gridMismatch } from './model-grid.ts';
import { ModelRefusal } from './model-refusal.ts';
import { openModel } from './open-model.ts';
import { tryModel } from './try-model.ts';
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
 * Checks a model file by its hash and by the features, step and windows of its detector; a rollback puts it to use later. Throws a
 * `ModelRefusal` for a damaged file, an unknown detector, other features, another grid, or a version that is there.
 */
export async function checkImport(bytes: Uint8Array, place: ImportPlace): Promise<CheckedImport> {
  const { detectors, storePath, store } = place;
  const { detector, version, features, grid, card } = await inspect(bytes, detectors);
  const spec = detectors.find(({ name }) => name === detector);
  if (spec === undefined) {
    const names = detectors.map(({ name }) => name).join(', ');
    throw new ModelRefusal(
      'refused',
      `The model is of detector ${JSON.stringify(detector)}; the configuration has ${names}.`,
    );
  }
  const mismatch = gridMismatch(features, grid, spec);
  if (mismatch !== null) {
    throw new ModelRefusal(
      'refused',
      `The model is of no use to detector ${detector}: ${mismatch}. Train here, or set the detector as it was there.`,
    );
  }
  if (grid.stepMs === null) {
    throw new ModelRefusal(
      'refused',
      `The file, from an earlier strayd, does not tell of which step its model is: train it again there, or here.`,
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

/** Throws if the card can't be shown, or is another model's. */
function checkCard(card: unknown, model: { readonly detector: string; readonly version: string }): void {
  const { data, error } = modelCardSchema.safeParse(card);
  if (error !== undefined) {
    const [issue] = error.issues;
    throw new Error(`its card is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  if (data.version === model.version && data.detector === model.detector) return;
  throw new Error(
    `its card is that of ${data.version} of ${data.detector}, its model is ${model.version} of ${model.detector}`,
  );
}

async function inspect(bytes: Uint8Array, detectors: ImportPlace['detectors']) {
  try {
    const { model, calibrations, card, grid } = await openModel(bytes, 'auto');
    try {
      const { detector, version, features } = model;
      checkCard(card, { detector, version });
      const spec = detectors.find(({ name }) => name === detector);
      if (spec !== undefined) tryModel({ model, calibrations }, spec);
      return { detector, version, features, grid, card };
    } finally {
      model.dispose();
    }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ModelRefusal('refused', `The file can't be imported: ${cause}.`);
  }
}
