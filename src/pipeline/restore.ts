import type { PartitionMark } from '../core/records.ts';
import { newestStepEndedBy } from '../core/step-grid.ts';
import type { KeptStep, RestoredEntity } from './checkpoint.ts';
import { detectorWatermark, type DetectorState } from './detector-state.ts';
import { readEntityBytes } from './entity-bytes.ts';
import { newEntity, type Entity } from './entity.ts';
import { FirstOffsets } from './first-offsets.ts';
import { partitionName } from './partition-state.ts';
import { partitionOf, sourceOf, type PipelineState } from './pipeline-state.ts';
import { restoreScoringState, type ScoringState } from './scoring/scoring-state.ts';
import { raiseWatermark } from './source-state.ts';

/**
 * Brings back where reading was: from `lowOffset` it goes on, below `nextOffset` it repeats itself. What was closed stays
 * closed: the watermarks are those of the rows. From then on nobody waits for a partition before it is assigned again,
 * because it may be another's now.
 */
export function restorePartitions(state: PipelineState, marks: readonly PartitionMark[]): void {
  for (const mark of marks) {
    const partition = partitionOf(state, mark);
    partition.receivedOffset = mark.lowOffset;
    partition.nextOffset = mark.lowOffset;
    partition.replayUntil = mark.nextOffset;
    partition.watermarkMs = mark.watermarkMs;
    partition.idle = mark.idle;
    partition.wholeFromMs = mark.wholeFromMs;
    partition.firstOffsets = new FirstOffsets(sourceOf(state, mark.source).stretchMs, mark.firstOffsets);
  }
  for (const mark of marks) raiseWatermark(sourceOf(state, mark.source));
  for (const detector of state.detectors) {
    const { absentAfterMs, stepMs } = detector.spec;
    detector.closedByWatermark = newestStepEndedBy(detectorWatermark(detector) - absentAfterMs, stepMs);
  }
  for (const partition of state.partitions) partition.assigned = false;
}

/** Brings entities back: series memory, gates, rows and calibration. Those of detectors no longer configured stay away. */
export function restoreEntities(state: PipelineState, rows: readonly RestoredEntity[]): void {
  for (const row of rows) {
    const detector = state.detectors.find(({ spec }) => spec.name === row.detector);
    if (detector === undefined) continue;
    const entity = restoreEntity(state, detector, row);
    if (entity !== null) detector.entities.set(entity.key, entity);
  }
}

function restoreEntity(state: PipelineState, detector: DetectorState, row: RestoredEntity): Entity | null {
  const { spec, closedByWatermark } = detector;
  const entity = newEntity(spec, row.entity, row.labels);
  if (!readEntityBytes(spec, entity, row.state)) return null;
  const { series, history } = entity;
  series.clockMs = row.clockMs;
  series.lastFreshStep = row.lastClosedStep;
  series.closedThrough = Math.max(row.lastClosedStep, series.closableByClock, closedByWatermark);
  for (const partition of state.partitions) {
    if (!row.partitions.includes(partitionName(partition.id))) continue;
    series.partitions.add(partition.index);
    series.takeOverFrom(partition.wholeFromMs);
  }
  for (const kept of unbroken(row.kept, row.lastClosedStep)) {
    if (kept.values.length === spec.features.length) history.push(kept.values);
    else history.clear();
  }
  entity.scoring = restoredScoring(detector, entity, row);
  series.changed = false;
  return entity;
}

function restoredScoring(detector: DetectorState, entity: Entity, row: RestoredEntity): ScoringState | null {
  const { calibration, kept } = row;
  if (calibration === null) return null;
  const live = detector.models.find(({ context }) => context.model.version === calibration.modelVersion);
  if (live === undefined) return null;
  return restoreScoringState(live.context, entity.key, entity.cohort, calibration, kept);
}

/** The newest kept steps that follow each other without a break up to the newest closed one. */
function unbroken(kept: readonly KeptStep[], newest: number): readonly KeptStep[] {
  let first = kept.length;
  for (let step = newest; first > 0 && kept[first - 1]?.step === step; step--) first -= 1;
  return kept.slice(first);
}
