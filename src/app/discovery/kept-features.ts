import type { Config } from '../../config/config.ts';
import { deepFreeze } from '../../config/deep-freeze.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import { openStore } from '../../store/open-store.ts';
import { StoreError } from '../../store/store-error.ts';
import type { FeatureChoice } from './choose-features.ts';

/** Features of a detector with `features: auto`, and why they are. */
export interface DecidedFeatures extends FeatureChoice {
  readonly detector: string;
  /** True if they stand in the store. */
  readonly isKept: boolean;
}

/** Name of the note that keeps a detector's choice: another selection, grid or entity is another choice. */
export function featuresNote({ name, source, select, entity, stepMs }: DetectorSpec): string {
  return `features/${name}/${JSON.stringify([source, select, entity, stepMs])}`;
}

/** What the store has decided of the detectors with `features: auto`; without a store nothing. */
export function keptFeatures(config: Config): DecidedFeatures[] {
  const auto = config.detectors.filter(({ autoFeatures }) => autoFeatures === true);
  if (auto.length === 0) return [];
  try {
    const store = openStore(config.store.path, { mode: 'read' });
    try {
      return auto.flatMap((spec) => {
        const note = store.note(featuresNote(spec));
        return note === null
          ? []
          : [{ detector: spec.name, isKept: true, ...(JSON.parse(note) as FeatureChoice) }];
      });
    } finally {
      store.close();
    }
  } catch (error) {
    // Whoever needs the store opens it himself, and says what is wrong with it.
    if (error instanceof StoreError) return [];
    throw error;
  }
}

/** The configuration with chosen features in the place of `auto`. */
export function withFeatures(config: Config, decided: readonly DecidedFeatures[]): Config {
  if (decided.length === 0) return config;
  const detectors = config.detectors.map((spec): DetectorSpec => {
    const own = decided.find(({ detector }) => detector === spec.name);
    return own === undefined ? spec : { ...spec, features: own.features.map((feature) => feature.spec) };
  });
  return deepFreeze({ ...config, detectors });
}
