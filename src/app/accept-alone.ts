import type { Config } from '../config/config.ts';
import type { AcceptanceView } from '../server/views/acceptance-view.ts';
import { acceptanceOfAlert } from './acceptances.ts';
import { openAlone } from './train-alone.ts';

/**
 * Takes the level of a firing alert for a new normal, without a daemon: the next one heeds it from the first new step on. Takes the
 * store's lock, and answers `null` if one runs. Throws an `AcceptanceRefusal`.
 */
export function acceptAlone(config: Config, id: string): AcceptanceView | null {
  const store = openAlone(config.store.path);
  if (store === null) return null;
  try {
    store.declareDetectors(config.detectors);
    const { accepted, view } = acceptanceOfAlert(id, { store, config });
    const spec = config.detectors.find(({ name }) => name === accepted.detector);
    const newestStep = spec === undefined ? 0 : Math.floor(store.newestMs(spec) / spec.stepMs);
    store.insertAcceptance({ ...accepted, effectiveStep: Number.isFinite(newestStep) ? newestStep + 1 : 0 });
    return view;
  } finally {
    store.close();
  }
}
