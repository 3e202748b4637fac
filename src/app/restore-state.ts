import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { PartitionMark } from '../core/records.ts';
import { sourcesOfTopics } from '../core/topic-choice.ts';
import { createState } from '../pipeline/create-state.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { historyRows } from '../pipeline/row-history.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { cronTimes } from '../config/cron-times.ts';
import { closeOrphans, type Orphans } from './orphaned-alerts.ts';
import { clearShelf, readActiveModels, takeUpCandidates } from './model-shelf.ts';
import type { Report } from './telemetry.ts';

export interface RestoredPipeline {
  readonly state: PipelineState;
  /** Ends of alerts that nothing watches any more, for the first checkpoint; `null` without any. */
  readonly orphans: Orphans['effects'];
}

/** The pipeline's state as the store's last checkpoint left it, with its models loaded; new on a first start. */
export async function restoreState(
  config: PipelineConfig,
  store: StoreWriter,
  report: Report,
): Promise<RestoredPipeline> {
  const { detectors, sources } = config;
  const rowsNeeded = Math.max(...detectors.map(historyRows));
  const damaged = (message: string): void => report({ event: 'failed', level: 'error', message });
  clearShelf(store, config.storePath);
  await takeUpCandidates(store, detectors, damaged);
  const stored = store.readRestoredState(detectors, rowsNeeded);
  const orphans = closeOrphans(store.listAlerts({ state: 'open' }), stored);
  const restored = { ...stored, marks: marksOf(sources, stored.marks), incidents: orphans.incidents };
  const models = await readActiveModels(store, detectors, damaged);
  const refits = new Map(
    detectors.map((spec) => [spec.name, cronTimes(spec.calibration.schedule, spec.training.timezone)]),
  );
  const state = createState({
    detectors,
    restored,
    models,
    nextRefitMs: ({ name }, afterMs) => refits.get(name)?.(afterMs) ?? Infinity,
    maxAlertAgeMs: config.maxAlertAgeMs,
    cronTimes,
    limits: config.limits,
  });
  return { state, orphans: orphans.effects };
}

/** The marks of what is still read; those of a source or topic no longer configured would wait for it for ever. */
function marksOf(sources: PipelineConfig['sources'], marks: readonly PartitionMark[]): PartitionMark[] {
  const owners = sourcesOfTopics(
    marks.map(({ topic }) => topic),
    sources,
  );
  return marks.filter(({ source, topic }) => owners.get(topic) === source);
}
