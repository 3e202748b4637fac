import type { DetectorSpec } from '../../core/detector.ts';
import type { Entity } from '../entity.ts';
import type { PartitionState } from '../partition-state.ts';
import { LONGEST_FILLED_GAP } from '../series/entity-series.ts';
import type { SourceState } from '../source-state.ts';
import { watermarkStep } from './watermark-step.ts';

/**
 * A partition is read again, or has woken: its entities that are silent had no chance to speak meanwhile, if no other partition of
 * theirs went on.
 */
export function beginSilenceAnew({ detectors, partitions }: SourceState, back: PartitionState): void {
  const goesOn = new Set(
    partitions.filter((one) => one !== back && one.assigned && !one.idle).map(({ index }) => index),
  );
  for (const { spec, entities, closedByWatermark } of detectors) {
    for (const entity of entities.values()) {
      const { lastStep } = entity.rules;
      const { partitions: own } = entity.series;
      if (lastStep === null || !own.has(back.index) || [...own].some((index) => goesOn.has(index))) continue;
      if (closedByWatermark - lastStep > LONGEST_FILLED_GAP) beginAnew(entity, spec, closedByWatermark);
    }
  }
}

/** Lets the silence of an entity count from where the source's watermark is, when it has closed a step. */
export function beginAnew({ rules, series }: Entity, spec: DetectorSpec, closed: number): void {
  rules.silentFromStep = watermarkStep(spec, closed);
  series.changed = true;
}
