import type { StepRecord } from '../pipeline/effects.ts';
import { blockStepOf, phaseOf } from './block-grid.ts';
import type { EntityRepository } from './entity-repository.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import { compressCells, encodeStep, packSteps } from './kept-rows.ts';
import type { MovedBlock } from './block-mover.ts';
import type { ReservoirRepository } from './reservoir-repository.ts';

/**
 * Puts steps that were closed from history, before anything live, into the training reservoir: on the block grid of live steps, so that a block
 * that both have a part of becomes one. The caller holds the transaction.
 */
export function writeHistory(
  steps: readonly StepRecord[],
  set: FeatureSet,
  { entities, reservoir }: { readonly entities: EntityRepository; readonly reservoir: ReservoirRepository },
): void {
  const blocks = new Map<string, { entity: string; blockStep: number; records: StepRecord[] }>();
  for (const record of steps) {
    const { entity, step } = record.vector;
    const blockStep = blockStepOf(step, phaseOf(entity));
    const key = `${blockStep}/${entity}`;
    const block = blocks.get(key);
    if (block === undefined) blocks.set(key, { entity, blockStep, records: [record] });
    else block.records.push(record);
  }
  reservoir.offer(
    [...blocks.values()].map(({ entity, blockStep, records }): MovedBlock => {
      records.sort((a, b) => a.vector.step - b.vector.step);
      const rows = records.map(encodeStep);
      const cells = new Float64Array(rows.reduce((sum, row) => sum + row.length, 0));
      rows.forEach((row, index) => cells.set(row, index * row.length));
      const own = records.map(({ vector }) => vector.step);
      return {
        entityId: entities.idOf(set, entity),
        setId: set.id,
        entity,
        detector: set.detector,
        stepMs: set.stepMs,
        blockStep,
        firstStep: own[0] ?? blockStep,
        lastStep: own.at(-1) ?? blockStep,
        cellCount: cells.length,
        steps: packSteps(own),
        cells: compressCells(cells),
      };
    }),
  );
}
