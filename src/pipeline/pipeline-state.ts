import type { Limits } from '../core/limits.ts';
import type { PartitionId } from '../core/records.ts';
import type { QuietWindows } from './alerts/quiet-windows.ts';
import { budgetAt, excludedAt, type DetectorState } from './detector-state.ts';
import type { PipelineInput } from './inputs.ts';
import { newPartition, partitionKey, type PartitionState } from './partition-state.ts';
import type { ScoringContext } from './scoring/scoring-state.ts';
import { catchUp, newSource, type SourceState } from './source-state.ts';

/** Bounds of what is kept in memory; over them samples are counted and left out. */
export type PipelineLimits = Pick<
  Limits,
  'entitiesPerDetector' | 'seriesPerEntity' | 'bucketsPerHistogram' | 'seriesCached' | 'samplesHeldBack'
>;

/** The pipeline's whole memory. `step` changes it in place; nobody else does. */
export interface PipelineState {
  readonly detectors: readonly DetectorState[];
  readonly sources: Map<string, SourceState>;
  /** All partitions ever seen, by index. */
  readonly partitions: PartitionState[];
  readonly partitionsByKey: Map<string, PartitionState>;
  readonly limits: PipelineLimits;
  readonly maxAlertAgeMs: number;
  readonly nextRefitMs: (detector: DetectorState, afterMs: number) => number;
  /** Mutes and maintenance. */
  readonly quiet: QuietWindows;
  /** Inputs that wait until all partitions have replayed. */
  heldBack: PipelineInput[];
  samplesHeldBack: number;
  /** Entities forgotten since the last checkpoint. */
  forgotten: Map<string, { readonly detector: string; readonly entity: string }>;
}

/** A source's state, made when it is first heard of. */
export function sourceOf(state: PipelineState, name: string): SourceState {
  const known = state.sources.get(name);
  if (known !== undefined) return known;
  const source = newSource(name, state.detectors, state.limits.seriesCached);
  state.sources.set(name, source);
  for (const detector of source.detectors) detector.sources.push(source);
  return source;
}

/** A partition's state, made when it is first heard of: it starts where steps are closed already. */
export function partitionOf(state: PipelineState, id: PartitionId): PartitionState {
  const key = partitionKey(id);
  const known = state.partitionsByKey.get(key);
  if (known !== undefined) return known;
  const source = sourceOf(state, id.source);
  const partition = newPartition(id, state.partitions.length, source.stretchMs);
  catchUp(source, partition);
  state.partitions.push(partition);
  state.partitionsByKey.set(key, partition);
  source.partitions.push(partition);
  return partition;
}

/** A model with all that scoring needs beside it. */
export function scoringContext(
  state: PipelineState,
  detector: DetectorState,
  parts: Pick<ScoringContext, 'model' | 'calibrations'>,
): ScoringContext {
  return {
    spec: detector.spec,
    model: parts.model,
    calibrations: parts.calibrations,
    nextRefitMs: (afterMs) => state.nextRefitMs(detector, afterMs),
    excluded: (entity, atStep) => excludedAt(detector, entity, atStep),
    budgetAt: (step) => budgetAt(detector, step, parts.calibrations.entityCount),
  };
}
