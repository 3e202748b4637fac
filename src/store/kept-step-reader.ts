import type { KeptStep } from '../pipeline/checkpoint.ts';
import { BLOCK_STEPS, CHUNK_STEPS } from './block-grid.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import { decodeSteps, decompressCells, mergeRows, unpackSteps, widthOf } from './kept-rows.ts';
import type { KeptRows } from './kept-rows.ts';
import type { KeptStepRepository } from './kept-step-repository.ts';
import { dayOf } from './recent-files.ts';
import type { RecentFiles } from './recent-files.ts';
import { withStoreErrors } from './sqlite-failure.ts';
import type { ReservoirRepository } from './reservoir-repository.ts';

interface BlockRow {
  readonly first_step: number;
  readonly steps: Buffer;
  readonly cells: Buffer;
}

const SELECT = `SELECT first_step, steps, cells FROM blocks WHERE entity_id = ? AND block_step >= ? AND block_step <= ?
  ORDER BY block_step`;

/** Kept steps of an entity wherever they lie: tail rows, chunks, recent files, reservoir. */
export class KeptStepReader {
  readonly #kept: KeptStepRepository;
  readonly #files: RecentFiles;
  readonly #reservoir: ReservoirRepository;

  constructor(kept: KeptStepRepository, files: RecentFiles, reservoir: ReservoirRepository) {
    this.#kept = kept;
    this.#files = files;
    this.#reservoir = reservoir;
  }

  /** Steps in [fromStep, toStep], ascending; `withReservoir` also from the training reservoir. */
  rows(set: FeatureSet, entityId: number, range: StepRange): KeptRows {
    const { fromStep, toStep } = range;
    // The main file first: a block that moves in the meantime is then in its recent file already.
    const pieces = [
      ...this.#kept.chunks(entityId, fromStep - CHUNK_STEPS + 1, toStep),
      this.#kept.tail(entityId),
      ...(range.withReservoir === true ? this.#reservoir.blocks(entityId, fromStep, toStep) : []),
      ...this.#recent(set, entityId, range),
    ];
    return mergeRows(pieces, fromStep, toStep);
  }

  /** As `rows`, one object a step. */
  steps(set: FeatureSet, entityId: number, range: StepRange): KeptStep[] {
    return decodeSteps(this.rows(set, entityId, range), widthOf(set.featureCount));
  }

  /** All steps in (afterStep, toStep] and in any case the `atLeast` newest up to `toStep`, as far as they are kept. */
  newest(set: FeatureSet, entityId: number, wanted: NewestWanted): KeptStep[] {
    const { afterStep, toStep, atLeast } = wanted;
    let fromStep = Math.min(afterStep + 1, toStep - atLeast + 1);
    let found = this.steps(set, entityId, { fromStep, toStep });
    const days = this.#files.days(set.id);
    while (found.length < atLeast && fromStep !== -Infinity) {
      const firstDay = dayOf(fromStep * set.stepMs);
      const earlier = days.filter((day) => day < firstDay).at(-1);
      fromStep = earlier === undefined ? -Infinity : Math.ceil(earlier * (86_400_000 / set.stepMs));
      found = this.steps(set, entityId, { fromStep, toStep });
    }
    const firstAfter = found.findIndex((step) => step.step > afterStep);
    const after = firstAfter < 0 ? 0 : found.length - firstAfter;
    return found.slice(Math.max(0, found.length - Math.max(after, atLeast)));
  }

  #recent(set: FeatureSet, entityId: number, { fromStep, toStep }: StepRange): KeptRows[] {
    const firstBlock = fromStep - BLOCK_STEPS + 1;
    // A block lies in the file of its newest step's day.
    const lastDay = dayOf((toStep + BLOCK_STEPS - 1) * set.stepMs);
    const files = this.#files.forReading(set.id, dayOf(fromStep * set.stepMs), lastDay);
    return files.flatMap((file) =>
      withStoreErrors(file.name, () =>
        file
          .prepare<[number, number, number], BlockRow>(SELECT)
          .all(entityId, firstBlock, toStep)
          .map((row) => ({
            steps: unpackSteps(row.first_step, row.steps),
            cells: decompressCells(row.cells),
          })),
      ),
    );
  }
}

/** Both ends included; infinities allowed. */
export interface StepRange {
  readonly fromStep: number;
  readonly toStep: number;
  readonly withReservoir?: boolean;
}

interface NewestWanted {
  readonly afterStep: number;
  readonly toStep: number;
  readonly atLeast: number;
}
