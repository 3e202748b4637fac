import type { Config } from '../config/config.ts';
import { quietBackend } from './quiet-backend.ts';
import { openAlone } from './train-alone.ts';

/**
 * Does something with mutes and maintenance without a daemon: takes the store's lock, so it answers `null` if one runs. What changes is
 * known from the newest kept event time on.
 */
export async function quietAlone<T>(
  config: Config,
  work: (quiet: ReturnType<typeof quietBackend>) => T | Promise<T>,
): Promise<T | null> {
  const store = openAlone(config.store.path);
  if (store === null) return null;
  try {
    const newestOf = (detector: string | null): number => {
      const meant = config.detectors.filter(({ name }) => detector === null || name === detector);
      return Math.max(-Infinity, ...meant.map((spec) => store.newestMs(spec)));
    };
    const quiet = quietBackend(
      {
        detectors: config.detectors,
        entities: (detector) =>
          config.detectors.filter(({ name }) => name === detector).flatMap((spec) => store.entityNames(spec)),
        windows: () => store.quietWindows(),
        change: async ({ window, removed }) => {
          // A mute that is made longer was known before.
          const isKnown = store.quietWindows().some(({ id, kind }) => id === window.id && kind === 'mute');
          const knownFromMs = isKnown ? window.knownFromMs : newestOf(window.detector);
          return store.changeWindows([{ window: { ...window, knownFromMs }, removed }]);
        },
      },
      Date.now,
    );
    return await work(quiet);
  } finally {
    store.close();
  }
}
