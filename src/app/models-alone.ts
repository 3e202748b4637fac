import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import type { ModelView } from '../server/views/model-view.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { checkImport } from './import-model.ts';
import { ModelRefusal } from './model-refusal.ts';
import { readForUse } from './model-shelf.ts';
import { modelView } from './model-view.ts';
import { findVersion, rollbackTarget } from './rollback-target.ts';
import { openAlone } from './train-alone.ts';

/** All kept versions of the configured detectors, newest first, read from the store beside a daemon or without one. */
export function readModels(config: Config): ModelView[] {
  return reading(config, (store) =>
    config.detectors.flatMap(({ name, stepMs }) =>
      store.listModels(name).map((record) => modelView(record, stepMs)),
    ),
  );
}

/** The bytes of a kept version's file; its name may be shortened. */
export function readModelFile(config: Config, version: string): Uint8Array {
  return reading(config, (store) => {
    const { path } = findVersion(
      config.detectors.flatMap(({ name }) => store.listModels(name)),
      version,
    );
    return readFileSync(path);
  });
}

/**
 * Puts a kept version to use from the step after the newest kept one on, without a daemon: takes the store's lock, and answers `null` if
 * one runs. `version` `null`: the one in use before.
 */
export function rollBackAlone(
  config: Config,
  spec: DetectorSpec,
  version: string | null,
): Promise<ModelView | null> {
  return writing(config, async (store) => {
    const { target, active } = rollbackTarget(spec.name, store.listModels(spec.name), version);
    const { model } = await readForUse(target, spec);
    model.dispose();
    const effectiveStep = Math.floor(store.newestMs(spec) / spec.stepMs) + 1;
    store.activateModel({
      detector: spec.name,
      version: target.version,
      effectiveStep: Number.isFinite(effectiveStep) ? effectiveStep : 0,
      ...(active !== null && {
        rollback: { from: active.version, reason: `Rolled back by hand to ${target.version}.` },
      }),
    });
    return modelView(store.findModel(spec.name, target.version) ?? target, spec.stepMs);
  });
}

/** Takes a model file in, without a daemon; `null` if one runs. */
export function importAlone(config: Config, bytes: Uint8Array): Promise<ModelView | null> {
  const { detectors, store } = config;
  return writing(config, async (writer) => {
    const checked = await checkImport(bytes, { detectors, storePath: store.path, store: writer });
    checked.record(Date.now());
    const found = findVersion(writer.listModels(checked.detector), checked.version);
    return modelView(found, detectors.find(({ name }) => name === found.detector)?.stepMs ?? 0);
  });
}

function reading<T>(config: Config, work: (store: StoreReader) => T): T {
  try {
    const store = openStore(config.store.path, { mode: 'read' });
    try {
      return work(store);
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw new ModelRefusal('refused', error.message);
    throw error;
  }
}

async function writing<T>(config: Config, work: (store: StoreWriter) => Promise<T>): Promise<T | null> {
  const store = openAlone(config.store.path);
  if (store === null) return null;
  try {
    store.declareDetectors(config.detectors);
    return await work(store);
  } finally {
    store.close();
  }
}
