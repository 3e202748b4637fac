import type { PartitionId, PartitionMark } from '../core/records.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import type { CalibrationRow, Checkpoint, EntityRow } from './checkpoint.ts';
import { releasePassedModels, type DetectorState } from './detector-state.ts';
import type { Effects } from './effects.ts';
import { entityBytes } from './entity-bytes.ts';
import type { Entity } from './entity.ts';
import { handOvers } from './hand-over.ts';
import { partitionKey, partitionName } from './partition-state.ts';
import { sourceOf, type PipelineState } from './pipeline-state.ts';
import { calibrationRow, calibrationRowDue } from './scoring/scoring-state.ts';
import { isLeftBehind } from './source-state.ts';

/**
 * All that one transaction has to write after these effects (joined since the last checkpoint): the marks, and what
 * changed of the entities. It counts as written: should the transaction fail, the same checkpoint must be tried again
 * before the next one.
 */
export function takeCheckpoint(state: PipelineState, effects: Effects): Checkpoint {
  const marks = partitionMarks(state);
  const entities: EntityRow[] = [];
  const calibrations: CalibrationRow[] = [];
  for (const detector of state.detectors) {
    for (const entity of detector.entities.values()) {
      if (!entity.series.changed) continue;
      entity.series.changed = false;
      entities.push(entityRow(state, detector, entity));
      const { scoring } = entity;
      if (scoring !== null && calibrationRowDue(scoring)) calibrations.push(calibrationRow(scoring));
    }
  }
  const forgotten = [...state.forgotten.values()];
  state.forgotten.clear();
  return { effects, marks, entities, calibrations, forgotten };
}

/**
 * Where each partition's reading would go on after a restart: from the oldest record that an open step still needs.
 * Partitions that are not read now, or of which no offset is known, have none; but one that was left behind gets a row
 * that says so, lest its old one hold back after a restart what was closed without it.
 */
function partitionMarks(state: PipelineState): PartitionMark[] {
  const oldest = state.partitions.map(({ nextOffset }) => nextOffset ?? Infinity);
  for (const { entities } of state.detectors) {
    for (const { series } of entities.values()) {
      series.visitNeeds((partition, offset) => {
        if (offset < (oldest[partition] ?? -Infinity)) oldest[partition] = offset;
      });
    }
  }
  const handed = handOvers(state, oldest);
  return state.partitions.flatMap((partition) => {
    const { id, index, nextOffset, replayUntil, watermarkMs, idle, assigned, wholeFromMs } = partition;
    if (nextOffset === null) return [];
    const source = sourceOf(state, id.source);
    const lowOffset = oldest[index] ?? nextOffset;
    const offsets = {
      lowOffset,
      nextOffset: Math.max(nextOffset, replayUntil),
      wholeFromMs,
      handOver: handed[index] ?? { offset: lowOffset, wholeFromMs },
      firstOffsets: partition.firstOffsets.noted(),
    };
    if (assigned) return [{ ...id, ...offsets, watermarkMs, idle }];
    if (idle || !isLeftBehind(source, partition)) return [];
    // Idle, it must not pull the source ahead either.
    return [{ ...id, ...offsets, watermarkMs: Math.min(watermarkMs, source.watermarkMs), idle: true }];
  });
}

/** The offset to read a partition from: where this process is in it, after a restart its mark; `null` if unknown. */
export function resumeOffset(state: PipelineState, partition: PartitionId): number | null {
  return state.partitionsByKey.get(partitionKey(partition))?.receivedOffset ?? null;
}

/** Models that no open step can want any more; the caller frees them. */
export function releaseModels(state: PipelineState): ScoringModel[] {
  return state.detectors.flatMap(releasePassedModels);
}

function entityRow(state: PipelineState, detector: DetectorState, entity: Entity): EntityRow {
  const { series, key, labels } = entity;
  return {
    detector: detector.spec.name,
    entity: key,
    labels,
    cohort: entity.cohort,
    lastClosedStep: series.lastFreshStep,
    clockMs: series.clockMs,
    partitions: [...series.partitions].flatMap((index) => {
      const partition = state.partitions[index];
      return partition === undefined ? [] : [partitionName(partition.id)];
    }),
    state: entityBytes(detector.spec, entity),
  };
}
