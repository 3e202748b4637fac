import type { Database } from 'better-sqlite3';
import type { FeatureSetRepository } from './feature-set-repository.ts';
import { compressCells, packSteps } from './kept-rows.ts';
import type { KeptStepRepository, FullBlock } from './kept-step-repository.ts';
import { dayOf } from './recent-files.ts';
import type { RecentFiles } from './recent-files.ts';
import { withStoreErrors } from './sqlite-failure.ts';

/** A block that its recent file has and the main file still has too. */
export interface MovedBlock extends FullBlock {
  readonly firstStep: number;
  readonly lastStep: number;
  /** Values in `cells` before compression. */
  readonly cellCount: number;
  readonly steps: Buffer;
  readonly cells: Buffer;
}

/** Copying costs an fsync a file, so it waits for this many blocks … */
const ENOUGH_BLOCKS = 32;
/** … or for this many calls. */
const ENOUGH_CALLS = 16;

const INSERT = `INSERT INTO blocks (entity_id, block_step, first_step, last_step, steps, cells) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (entity_id, block_step) DO UPDATE SET first_step = excluded.first_step, last_step = excluded.last_step,
    steps = excluded.steps, cells = excluded.cells WHERE length(excluded.steps) >= length(steps)`;

/**
 * The first of the two transactions by which a full block leaves the main file (DESIGN §7): SQLite commits several files
 * one by one, so a block is copied first and only a later transaction deletes it. Between the two it stands in both.
 */
export class BlockMover {
  readonly #kept: KeptStepRepository;
  readonly #sets: FeatureSetRepository;
  readonly #files: RecentFiles;
  readonly #recentMs: number;
  #calls = 0;

  constructor(kept: KeptStepRepository, sets: FeatureSetRepository, files: RecentFiles, recentMs: number) {
    this.#kept = kept;
    this.#sets = sets;
    this.#files = files;
    this.#recentMs = recentMs;
  }

  /** Copies the full blocks of earlier transactions, once enough have come together, and says which. */
  copy(): MovedBlock[] {
    this.#calls++;
    const count = this.#kept.fullCount();
    if (count === 0 || (count < ENOUGH_BLOCKS && this.#calls < ENOUGH_CALLS)) return [];
    this.#calls = 0;
    const moved: MovedBlock[] = [];
    const byFile = new Map<string, { setId: number; day: number; blocks: MovedBlock[] }>();
    for (const full of this.#kept.fullBlocks()) {
      const block = this.#encode(full);
      moved.push(block);
      // By its newest step, so that a block over midnight stays as long as any step of it has to.
      const day = dayOf(block.lastStep * block.stepMs);
      if (block.cellCount === 0 || day < this.oldestDay(block.setId)) continue;
      const key = `${block.setId}/${day}`;
      const group = byFile.get(key) ?? { setId: block.setId, day, blocks: [] };
      group.blocks.push(block);
      byFile.set(key, group);
    }
    for (const { setId, day, blocks } of byFile.values()) write(this.#files.forWriting(setId, day), blocks);
    return moved;
  }

  /** The oldest day of the set that is kept at all. */
  oldestDay(setId: number): number {
    return dayOf(this.#sets.newestMs(setId) - this.#recentMs);
  }

  #encode(full: FullBlock): MovedBlock {
    const rows = this.#kept.blockRows(full);
    const firstStep = rows.steps[0] ?? full.blockStep;
    return {
      ...full,
      firstStep,
      lastStep: rows.steps[rows.steps.length - 1] ?? firstStep,
      cellCount: rows.cells.length,
      steps: packSteps(rows.steps),
      cells: compressCells(rows.cells),
    };
  }
}

function write(file: Database, blocks: readonly MovedBlock[]): void {
  const insert = file.prepare<[number, number, number, number, Buffer, Buffer]>(INSERT);
  const insertAll = file.transaction(() => {
    for (const { entityId, blockStep, firstStep, lastStep, steps, cells } of blocks) {
      insert.run(entityId, blockStep, firstStep, lastStep, steps, cells);
    }
  });
  withStoreErrors(file.name, () => insertAll.immediate());
}
