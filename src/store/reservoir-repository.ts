import type { Database } from 'better-sqlite3';
import type { MovedBlock } from './block-mover.ts';
import { compressCells, decompressCells, packSteps, uniteRows, unpackSteps } from './kept-rows.ts';
import type { KeptRows } from './kept-rows.ts';
import { chooseEvictions } from './reservoir-choice.ts';
import type { ReservoirEntry } from './reservoir-choice.ts';
import { stableHash } from './stable-hash.ts';

interface EntryRow {
  readonly entity_id: number;
  readonly block_step: number;
  readonly hour_of_week: number;
  readonly cell_count: number;
  readonly entity: string;
  readonly detector: string;
}

interface BlockRow {
  readonly first_step: number;
  readonly steps: Buffer;
  readonly cells: Buffer;
}

const rowsOf = ({ first_step, steps, cells }: BlockRow): KeptRows => ({
  steps: unpackSteps(first_step, steps),
  cells: decompressCells(cells),
});

const HOUR_MS = 3_600_000;
const HOURS_A_WEEK = 168;

/** Table `reservoir`: older blocks for training, bounded by `maxCells` values and spread over entities and hours of the week. */
export class ReservoirRepository {
  readonly #maxCells: number;
  readonly #seed: number;
  readonly #insert;
  readonly #delete;
  readonly #deleteOld;
  readonly #deleteEntity;
  readonly #entryRows;
  readonly #blocks;
  readonly #block;
  #entries: Map<number, ReservoirEntry[]> | null = null;

  constructor(database: Database, bounds: { readonly maxCells: number; readonly seed: number }) {
    this.#maxCells = bounds.maxCells;
    this.#seed = bounds.seed;
    this.#insert = database.prepare<[number, number, number, number, number, number, Buffer, Buffer]>(
      `INSERT OR REPLACE INTO reservoir
         (entity_id, block_step, hour_of_week, first_step, last_step, cell_count, steps, cells)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = database.prepare<[number, number]>(
      'DELETE FROM reservoir WHERE entity_id = ? AND block_step = ?',
    );
    this.#deleteOld = database.prepare<[number, number]>(
      `DELETE FROM reservoir WHERE last_step < ? AND entity_id IN
         (SELECT id FROM entity_ids WHERE feature_set_id = ?)`,
    );
    this.#deleteEntity = database.prepare<[number]>('DELETE FROM reservoir WHERE entity_id = ?');
    this.#entryRows = database.prepare<[], EntryRow>(
      `SELECT r.entity_id, r.block_step, r.hour_of_week, r.cell_count, i.entity, s.detector
       FROM reservoir r JOIN entity_ids i ON i.id = r.entity_id JOIN feature_sets s ON s.id = i.feature_set_id
       ORDER BY r.entity_id, r.block_step`,
    );
    this.#block = database.prepare<[number, number], BlockRow>(
      'SELECT first_step, steps, cells FROM reservoir WHERE entity_id = ? AND block_step = ?',
    );
    this.#blocks = database.prepare<[number, number, number], BlockRow>(
      `SELECT first_step, steps, cells FROM reservoir WHERE entity_id = ? AND last_step >= ? AND first_step <= ?
       ORDER BY first_step`,
    );
  }

  /** Takes the blocks in, joined with what is there of them, then gives up what is too much. */
  offer(blocks: readonly MovedBlock[]): void {
    const entries = this.#loaded();
    for (const offered of blocks) {
      if (offered.cellCount === 0) continue;
      const isThere = entries.get(offered.entityId)?.some(({ blockStep }) => blockStep === offered.blockStep);
      const block = isThere === true ? this.#united(offered) : offered;
      const hourOfWeek = Math.floor((block.firstStep * block.stepMs) / HOUR_MS) % HOURS_A_WEEK;
      const { entityId, blockStep, firstStep, lastStep, cellCount, steps, cells } = block;
      this.#insert.run(entityId, blockStep, hourOfWeek, firstStep, lastStep, cellCount, steps, cells);
      const list = (entries.get(entityId) ?? []).filter((entry) => entry.blockStep !== blockStep);
      list.push(this.#entry({ ...block, hourOfWeek }));
      entries.set(entityId, list);
    }
    for (const { entityId, blockStep } of chooseEvictions(entries, this.#maxCells)) {
      this.#delete.run(entityId, blockStep);
      const rest = (entries.get(entityId) ?? []).filter((entry) => entry.blockStep !== blockStep);
      entries.set(entityId, rest);
    }
  }

  /* A block comes again when it moved twice, or with the live steps after those of history. */
  #united(offered: MovedBlock): MovedBlock {
    const row = this.#block.get(offered.entityId, offered.blockStep);
    if (row === undefined) return offered;
    const rows = uniteRows(rowsOf({ ...offered, first_step: offered.firstStep }), rowsOf(row));
    return {
      ...offered,
      firstStep: rows.steps[0] ?? offered.firstStep,
      lastStep: rows.steps.at(-1) ?? offered.lastStep,
      cellCount: rows.cells.length,
      steps: packSteps(rows.steps),
      cells: compressCells(rows.cells),
    };
  }

  /** The entity's blocks that reach into [fromStep, toStep], ascending. */
  blocks(entityId: number, fromStep: number, toStep: number): KeptRows[] {
    return this.#blocks.all(entityId, fromStep, toStep).map(rowsOf);
  }

  dropOlder(setId: number, beforeStep: number): void {
    this.#deleteOld.run(beforeStep, setId);
    this.#entries = null;
  }

  deleteEntity(entityId: number): void {
    this.#deleteEntity.run(entityId);
    this.#entries = null;
  }

  /** To be called when a transaction was rolled back. */
  reset(): void {
    this.#entries = null;
  }

  #loaded(): Map<number, ReservoirEntry[]> {
    if (this.#entries !== null) return this.#entries;
    const entries = new Map<number, ReservoirEntry[]>();
    for (const row of this.#entryRows.all()) {
      const list = entries.get(row.entity_id) ?? [];
      list.push(
        this.#entry({
          entityId: row.entity_id,
          blockStep: row.block_step,
          hourOfWeek: row.hour_of_week,
          cellCount: row.cell_count,
          entity: row.entity,
          detector: row.detector,
        }),
      );
      entries.set(row.entity_id, list);
    }
    this.#entries = entries;
    return entries;
  }

  #entry(
    block: Pick<ReservoirEntry, 'entityId' | 'blockStep' | 'hourOfWeek' | 'cellCount'> & {
      readonly detector: string;
      readonly entity: string;
    },
  ): ReservoirEntry {
    const { entityId, blockStep, hourOfWeek, cellCount, detector, entity } = block;
    const entityHash = stableHash(this.#seed, detector, entity);
    const hash = stableHash(this.#seed, detector, entity, blockStep);
    return { entityId, entityHash, blockStep, hourOfWeek, hash, cellCount };
  }
}
