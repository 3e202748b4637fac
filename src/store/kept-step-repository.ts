import type { Database } from 'better-sqlite3';
import { BLOCK_STEPS } from './block-grid.ts';
import { concatRows, packCells, packSteps, unpackCells, unpackSteps } from './kept-rows.ts';
import type { KeptRows } from './kept-rows.ts';

interface TailRow {
  readonly step: number;
  readonly cells: Buffer;
}

interface ChunkRow {
  readonly first_step: number;
  readonly steps: Buffer;
  readonly cells: Buffer;
}

/** A block that gets no more steps. */
export interface FullBlock {
  readonly entityId: number;
  readonly blockStep: number;
  readonly setId: number;
  readonly detector: string;
  readonly entity: string;
  readonly stepMs: number;
}

/** Tables `tail_steps`, `chunks` and `full_blocks`: the kept steps that have not left for a recent file yet. */
export class KeptStepRepository {
  readonly #insertTail;
  readonly #tail;
  readonly #clearTail;
  readonly #newestTail;
  readonly #insertChunk;
  readonly #chunks;
  readonly #newestChunk;
  readonly #deleteChunks;
  readonly #markFull;
  readonly #countFull;
  readonly #full;
  readonly #unmarkFull;
  readonly #deleteFull;

  constructor(database: Database) {
    this.#insertTail = database.prepare<[number, number, Buffer]>(
      'INSERT OR REPLACE INTO tail_steps (entity_id, step, cells) VALUES (?, ?, ?)',
    );
    this.#tail = database.prepare<[number], TailRow>(
      'SELECT step, cells FROM tail_steps WHERE entity_id = ? ORDER BY step',
    );
    this.#clearTail = database.prepare<[number]>('DELETE FROM tail_steps WHERE entity_id = ?');
    this.#newestTail = database
      .prepare<[number], number | null>('SELECT max(step) FROM tail_steps WHERE entity_id = ?')
      .pluck();
    this.#insertChunk = database.prepare<[number, number, number, Buffer, Buffer]>(
      'INSERT OR REPLACE INTO chunks (entity_id, first_step, last_step, steps, cells) VALUES (?, ?, ?, ?, ?)',
    );
    this.#chunks = database.prepare<[number, number, number], ChunkRow>(
      `SELECT first_step, steps, cells FROM chunks WHERE entity_id = ? AND first_step >= ? AND first_step <= ?
       ORDER BY first_step`,
    );
    this.#newestChunk = database
      .prepare<[number], number>(
        'SELECT last_step FROM chunks WHERE entity_id = ? ORDER BY first_step DESC LIMIT 1',
      )
      .pluck();
    this.#deleteChunks = database.prepare<[number, number, number]>(
      'DELETE FROM chunks WHERE entity_id = ? AND first_step >= ? AND first_step < ?',
    );
    this.#markFull = database.prepare<[number, number]>(
      'INSERT OR IGNORE INTO full_blocks (entity_id, block_step) VALUES (?, ?)',
    );
    this.#countFull = database.prepare<[], number>('SELECT count(*) FROM full_blocks').pluck();
    this.#full = database.prepare<[], FullBlock>(
      `SELECT f.entity_id AS entityId, f.block_step AS blockStep, s.id AS setId, s.detector, i.entity,
         s.step_ms AS stepMs
       FROM full_blocks f JOIN entity_ids i ON i.id = f.entity_id JOIN feature_sets s ON s.id = i.feature_set_id
       ORDER BY s.id, f.block_step, f.entity_id`,
    );
    this.#unmarkFull = database.prepare<[number, number]>(
      'DELETE FROM full_blocks WHERE entity_id = ? AND block_step = ?',
    );
    this.#deleteFull = database.prepare<[number]>('DELETE FROM full_blocks WHERE entity_id = ?');
  }

  addTail(entityId: number, step: number, cells: Float64Array): void {
    this.#insertTail.run(entityId, step, packCells(cells));
  }

  tail(entityId: number): KeptRows {
    return concatRows(
      this.#tail
        .all(entityId)
        .map((row) => ({ steps: Float64Array.of(row.step), cells: unpackCells(row.cells) })),
    );
  }

  clearTail(entityId: number): void {
    this.#clearTail.run(entityId);
  }

  addChunk(entityId: number, rows: KeptRows): void {
    const first = rows.steps[0] ?? 0;
    const last = rows.steps[rows.steps.length - 1] ?? first;
    this.#insertChunk.run(entityId, first, last, packSteps(rows.steps), packCells(rows.cells));
  }

  /** Chunks whose first step lies in [fromStep, toStep], ascending. */
  chunks(entityId: number, fromStep: number, toStep: number): KeptRows[] {
    return this.#chunks
      .all(entityId, fromStep, toStep)
      .map((row) => ({ steps: unpackSteps(row.first_step, row.steps), cells: unpackCells(row.cells) }));
  }

  /** The entity's newest step in this table or that, -Infinity if none. */
  newestStep(entityId: number): number {
    return this.#newestTail.get(entityId) ?? this.#newestChunk.get(entityId) ?? -Infinity;
  }

  markFull(entityId: number, blockStep: number): void {
    this.#markFull.run(entityId, blockStep);
  }

  fullCount(): number {
    return this.#countFull.get() ?? 0;
  }

  fullBlocks(): FullBlock[] {
    return this.#full.all();
  }

  /** A full block's rows; its chunks are those that begin inside it. */
  blockRows(block: FullBlock): KeptRows {
    return concatRows(this.chunks(block.entityId, block.blockStep, block.blockStep + BLOCK_STEPS - 1));
  }

  deleteBlock(entityId: number, blockStep: number): void {
    this.#deleteChunks.run(entityId, blockStep, blockStep + BLOCK_STEPS);
    this.#unmarkFull.run(entityId, blockStep);
  }

  deleteEntity(entityId: number): void {
    this.#clearTail.run(entityId);
    this.#deleteChunks.run(entityId, -Infinity, Infinity);
    this.#deleteFull.run(entityId);
  }
}
