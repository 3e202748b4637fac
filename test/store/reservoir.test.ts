import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { detectorSpec, openWriter, stepsCheckpoint, temporaryDirectory } from './sample-checkpoints.ts';

const DAY = 5_760;

interface Block {
  readonly entity: string;
  readonly first_step: number;
  readonly last_step: number;
  readonly cell_count: number;
}

/** What a store with room for `cells` values holds after some days in portions of `portion` steps. */
function reservoirAfter(
  days: number,
  portion: number,
  settings: { cells: number; maxDays?: number },
): Block[] {
  const directory = temporaryDirectory();
  const reservoirMs = (settings.maxDays ?? 35) * 86_400_000;
  const store = openWriter(directory, { reservoirCells: settings.cells, reservoirMs });
  store.declareDetectors([detectorSpec()]);
  for (let from = 0; from < days * DAY; from += portion) {
    store.applyCheckpoint(stepsCheckpoint(['db-1', 'db-2', 'web-1'], from, from + portion), { outbox: [] });
  }
  for (let step = 0; step < 20; step++) {
    store.applyCheckpoint(stepsCheckpoint(['web-1'], days * DAY + step, days * DAY + step + 1), {
      outbox: [],
    });
  }
  store.close();
  const database = new BetterSqlite3(join(directory, 'strayd.db'), { readonly: true });
  const rows = database
    .prepare<[], Block>(
      `SELECT i.entity, r.first_step, r.last_step, r.cell_count FROM reservoir r JOIN entity_ids i ON i.id = r.entity_id
       ORDER BY i.entity, r.first_step`,
    )
    .all();
  database.close();
  return rows;
}

describe('the training reservoir', () => {
  it('stays within its bound and holds the same blocks however the stream was cut', () => {
    const cells = 24 * 256 * 5;
    const coarse = reservoirAfter(4, 1_440, { cells });
    const fine = reservoirAfter(4, 288, { cells });
    const total = coarse.reduce((sum, block) => sum + block.cell_count, 0);
    expect(total).toBeLessThanOrEqual(cells);
    expect(total).toBeGreaterThan(cells * 0.9);
    // The first block of each entity is partial, so a few of the choices may differ.
    const key = ({ entity, first_step }: Block): string => `${entity}/${first_step}`;
    const common = fine.filter((block) => coarse.some((other) => key(other) === key(block)));
    expect(common.length).toBeGreaterThanOrEqual(coarse.length - 2);
    expect(new Set(coarse.map(({ entity }) => entity)).size).toBe(3);
  });

  it('knows from which step to which each block reaches', () => {
    for (const block of reservoirAfter(1, 480, { cells: 1e6 })) {
      expect(block.last_step - block.first_step + 1).toBe(block.cell_count / 5);
    }
  });

  it('drops what is older than the span', () => {
    const blocks = reservoirAfter(4, 480, { cells: 1e9, maxDays: 2 });
    expect(Math.min(...blocks.map((block) => block.last_step))).toBeGreaterThan(DAY);
    expect(blocks.length).toBeGreaterThan(100);
  });
});
