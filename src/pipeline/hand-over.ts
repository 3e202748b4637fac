import type { HandOver } from '../core/records.ts';
import { stepEndMs } from '../core/step-grid.ts';
import type { DetectorState } from './detector-state.ts';
import type { PartitionState } from './partition-state.ts';
import { sourceOf, type PipelineState } from './pipeline-state.ts';
import { LONGEST_FILLED_GAP, NO_STEP, type EntitySeries } from './series/entity-series.ts';

/**
 * Where a store that has no memory of a partition would have to go on, by the partition's index: at the first step that
 * some entity of it has not given out yet, and reading so much earlier that last values and rates are there by then.
 * `lowOffsets`: what this store itself needs. What lies so far back that nobody wants it any more is forgotten.
 */
export function handOvers(state: PipelineState, lowOffsets: readonly number[]): HandOver[] {
  const openFromMs = openFrom(state);
  return state.partitions.map((partition) => {
    const { index, firstOffsets } = partition;
    const openMs = openFromMs[index] ?? Infinity;
    const { detectors } = sourceOf(state, partition.id.source);
    const spanMs = Math.max(0, ...detectors.map(memorySpanMs));
    firstOffsets.forgetBefore(Math.min(openMs, ...detectors.map(closedMs)) - spanMs);
    const wholeFromMs = wholeFrom(partition, openMs);
    const offset = Math.min(lowOffsets[index] ?? Infinity, firstOffsets.since(wholeFromMs - spanMs));
    return { offset, wholeFromMs };
  });
}

/**
 * Start of the oldest step that is still to be given out, by the partition's index. If some entity of a source lies in
 * several partitions, the next sample of any other may come in any of them: their open steps then count for all.
 */
function openFrom(state: PipelineState): number[] {
  const openMs = state.partitions.map(() => Infinity);
  const lower = (index: number, startMs: number): void => {
    if (startMs < (openMs[index] ?? -Infinity)) openMs[index] = startMs;
  };
  const unkeyed = new Set<string>();
  for (const { spec, entities } of state.detectors) {
    for (const { series } of entities.values()) {
      const startMs = stepEndMs(lastGiven(series), spec.stepMs);
      for (const index of series.partitions) lower(index, startMs);
      const [first] = series.partitions;
      const source = first === undefined ? undefined : state.partitions[first]?.id.source;
      if (source !== undefined && series.partitions.size > 1) unkeyed.add(source);
    }
  }
  for (const source of unkeyed) {
    const parts = state.partitions.filter(({ id }) => id.source === source).map(({ index }) => index);
    const oldestMs = Math.min(...parts.map((index) => openMs[index] ?? Infinity));
    for (const index of parts) lower(index, oldestMs);
  }
  return openMs;
}

/** Nothing is handed on as whole that this store has only a part of itself. */
function wholeFrom(partition: PartitionState, openMs: number): number {
  return Math.max(partition.wholeFromMs, openMs === Infinity ? -Infinity : openMs);
}

/** The last step whose vector is out; steps without samples are filled only when the next sample comes. */
function lastGiven({ closedThrough, lastFreshStep }: EntitySeries): number {
  if (lastFreshStep === NO_STEP) return closedThrough;
  return Math.max(lastFreshStep, closedThrough - LONGEST_FILLED_GAP);
}

/** A value is carried over for `absent_after`, and a rate among them goes back to a sample as much older. */
function memorySpanMs({ spec }: DetectorState): number {
  return 2 * spec.absentAfterMs + (LONGEST_FILLED_GAP + 2) * spec.stepMs;
}

function closedMs({ spec, closedByWatermark }: DetectorState): number {
  return stepEndMs(closedByWatermark, spec.stepMs);
}
