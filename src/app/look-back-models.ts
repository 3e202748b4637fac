import { existsSync } from 'node:fs';
import type { DetectorSpec } from '../core/detector.ts';
import type { ModelActivation } from '../pipeline/effects.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { readOwnModel } from './model-shelf.ts';
import type { LoadedModel } from './open-model.ts';

/** So many models stay loaded: a champion and the one before it. */
const KEPT_LOADED = 2;

/** The models that scored some steps, for looking back at them. */
export interface ModelsThen {
  /** Whose models are loaded. */
  readonly activations: readonly ModelActivation[];
  readonly models: readonly LoadedModel[];
  /** False: the one in use at the last step is not kept any more, and the newest that is stands in for it. */
  readonly usedThen: boolean;
}

/** Loads model files when somebody looks back, and keeps the last ones. Not for two callers at once. */
export class LookBackModels {
  readonly #loaded = new Map<string, LoadedModel>();

  /** The models in use in [fromStep, toStep], as far as their files are kept. */
  async inUse(
    store: StoreReader,
    spec: DetectorSpec,
    { fromStep, toStep }: { readonly fromStep: number; readonly toStep: number },
  ): Promise<ModelsThen> {
    const all = store.listActivations(spec.name);
    const upTo = all.filter(({ effectiveStep }) => effectiveStep <= toStep);
    const first = upTo.findLastIndex(({ effectiveStep }) => effectiveStep <= fromStep);
    const wanted = upTo.slice(Math.max(0, first)).slice(-KEPT_LOADED);
    const models = new Map<string, LoadedModel>();
    for (const version of new Set(wanted.map((one) => one.version))) {
      const loaded = await this.#load(store, spec, version);
      if (loaded !== null) models.set(version, loaded);
    }
    const newest = wanted.at(-1);
    const activations = wanted.filter(({ version }) => models.has(version));
    if (newest === undefined || models.has(newest.version)) {
      return { activations, models: [...models.values()], usedThen: true };
    }
    for (const { version } of [...all].reverse()) {
      const loaded = await this.#load(store, spec, version);
      if (loaded === null) continue;
      return { activations: [{ ...newest, version }], models: [loaded], usedThen: false };
    }
    return { activations: [], models: [], usedThen: false };
  }

  /** Frees all models. */
  dispose(): void {
    for (const { model } of this.#loaded.values()) model.dispose();
    this.#loaded.clear();
  }

  async #load(store: StoreReader, spec: DetectorSpec, version: string): Promise<LoadedModel | null> {
    const key = JSON.stringify([spec.name, version]);
    const loaded = this.#loaded.get(key) ?? (await read(store, spec, version));
    if (loaded === null) return null;
    // The one used last goes to the end.
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    for (const [oldest, { model }] of this.#loaded) {
      if (this.#loaded.size <= KEPT_LOADED) break;
      this.#loaded.delete(oldest);
      model.dispose();
    }
    return loaded;
  }
}

async function read(store: StoreReader, spec: DetectorSpec, version: string): Promise<LoadedModel | null> {
  const path = store.findModel(spec.name, version)?.path;
  if (path === undefined || !existsSync(path)) return null;
  // One of other features or another grid can't rebuild these rows.
  return readOwnModel(path, spec).catch(() => null);
}
