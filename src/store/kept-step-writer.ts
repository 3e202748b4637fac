import type { StepRecord } from '../pipeline/effects.ts';
import { blockStepOf, chunkStepOf, phaseOf } from './block-grid.ts';
import type { EntityRepository } from './entity-repository.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import { concatRows, encodeStep } from './kept-rows.ts';
import type { KeptRows } from './kept-rows.ts';
import type { KeptStepRepository } from './kept-step-repository.ts';

/** Where an entity's kept steps end. `chunkStep`: the chunk that its tail rows belong to. */
interface Cursor {
  readonly id: number;
  readonly phase: number;
  newestStep: number;
  tailCount: number;
  chunkStep: number;
}

/**
 * Appends closed steps: a row each until a chunk's 32 are together, then one row for all of them; a chunk that is
 * complete within one call never becomes single rows. Steps already kept are passed over, so a replay changes nothing.
 */
export class KeptStepWriter {
  readonly #kept: KeptStepRepository;
  readonly #entities: EntityRepository;
  readonly #cursors = new Map<number, Map<string, Cursor>>();

  constructor(kept: KeptStepRepository, entities: EntityRepository) {
    this.#kept = kept;
    this.#entities = entities;
  }

  /** Steps of one entity in ascending order. */
  append(set: FeatureSet, entity: string, records: readonly StepRecord[]): void {
    const cursor = this.#cursor(set, entity);
    let pending: KeptRows[] = [];
    for (const record of records) {
      const { step, values } = record.vector;
      if (values.length !== set.featureCount) {
        throw new Error(
          `A vector of ${set.detector} / ${entity} has ${values.length} values, its detector ${set.featureCount} features.`,
        );
      }
      if (step <= cursor.newestStep) continue;
      const chunkStep = chunkStepOf(step, cursor.phase);
      if (chunkStep !== cursor.chunkStep) {
        this.#fold(cursor, pending, chunkStep);
        pending = [];
        cursor.chunkStep = chunkStep;
      }
      pending.push({ steps: Float64Array.of(step), cells: encodeStep(record) });
      cursor.newestStep = step;
    }
    for (const { steps, cells } of pending) this.#kept.addTail(cursor.id, steps[0] ?? 0, cells);
    cursor.tailCount += pending.length;
  }

  /** Drops the steps that are still in the main file. */
  forget(set: FeatureSet, entity: string): void {
    this.#cursors.get(set.id)?.delete(entity);
    const id = this.#entities.findId(set, entity);
    if (id !== null) this.#kept.deleteEntity(id);
  }

  /** To be called when a transaction was rolled back or rows were deleted behind its back. */
  resetCursors(): void {
    this.#cursors.clear();
  }

  #fold(cursor: Cursor, pending: readonly KeptRows[], nextChunkStep: number): void {
    const tail = cursor.tailCount > 0 ? [this.#kept.tail(cursor.id)] : [];
    const rows = concatRows([...tail, ...pending]);
    if (rows.steps.length > 0) {
      this.#kept.addChunk(cursor.id, rows);
      if (cursor.tailCount > 0) this.#kept.clearTail(cursor.id);
      cursor.tailCount = 0;
    }
    const blockStep = blockStepOf(cursor.chunkStep, cursor.phase);
    if (Number.isFinite(blockStep) && blockStep !== blockStepOf(nextChunkStep, cursor.phase)) {
      this.#kept.markFull(cursor.id, blockStep);
    }
  }

  #cursor(set: FeatureSet, entity: string): Cursor {
    let ofSet = this.#cursors.get(set.id);
    if (ofSet === undefined) {
      ofSet = new Map();
      this.#cursors.set(set.id, ofSet);
    }
    let cursor = ofSet.get(entity);
    if (cursor === undefined) {
      const id = this.#entities.idOf(set, entity);
      const phase = phaseOf(entity);
      const newestStep = this.#kept.newestStep(id);
      const tailCount = this.#kept.tail(id).steps.length;
      cursor = { id, phase, newestStep, tailCount, chunkStep: chunkStepOf(newestStep, phase) };
      ofSet.set(entity, cursor);
    }
    return cursor;
  }
}
