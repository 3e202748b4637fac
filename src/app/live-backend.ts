import { budgetText } from '../config/budget-text.ts';
import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import type { DetectorOutline } from '../server/views/live-view.ts';
import type { LiveBackend } from '../server/live-backend.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { budgetUsed } from './budget-used.ts';
import type { Instruments } from './instruments.ts';
import { shownConfig } from './shown-config.ts';

export interface LiveBackendOptions {
  readonly config: Config;
  readonly store: StoreReader;
  readonly instruments: Pick<Instruments, 'vitals' | 'scores' | 'sources'>;
}

const WEEK_MS = 7 * 86_400_000;

/** What the console follows, answered from the newest scores, the counts of sources and the store. */
export function createLiveBackend({ config, store, instruments }: LiveBackendOptions): LiveBackend {
  const { scores, sources, vitals } = instruments;
  return {
    outline: () =>
      config.detectors.map((spec): DetectorOutline => {
        const { name, stepMs, features } = spec;
        return {
          detector: name,
          stepMs,
          features: features.map((feature) => ({ name: feature.name, unit: feature.unit })),
          budget: budgetText(spec),
          budgetUsed: budgetUsed(store, spec, vitals.detector(name)?.entities ?? 0),
          newestMs: Math.max(0, store.newestMs(spec)),
          lastScoredMs: scores.newestMs(name),
          heldBack: spec.mode === 'observe' ? heldBack(store, spec) : 0,
        };
      }),
    scores: (detector) => scores.scores(detector),
    sources: () => sources.views(),
    trainingRuns: (detector, limit) =>
      config.detectors
        .filter(({ name }) => detector === null || name === detector)
        .flatMap(({ name }) => store.listTrainingRuns(name, limit))
        .sort((a, b) => b.startedMs - a.startedMs)
        .slice(0, limit)
        .map(({ detector: name, startedMs, endedMs, outcome, detail }) => ({
          detector: name,
          started: new Date(startedMs).toISOString(),
          ended: new Date(endedMs).toISOString(),
          outcome,
          detail,
        })),
    configuration: () => shownConfig(config),
    watch: (listener) => scores.watch(listener),
  };
}

/** Alerts of the last seven days of the detector's own time that were kept back. */
function heldBack(store: StoreReader, spec: DetectorSpec): number {
  const newestMs = store.newestMs(spec);
  if (!Number.isFinite(newestMs)) return 0;
  return store
    .listNotifications(spec.name, newestMs - WEEK_MS)
    .filter(({ event, deliver }) => event === 'firing' && !deliver).length;
}
