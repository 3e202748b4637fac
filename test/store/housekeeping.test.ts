import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import {
  alertOf,
  checkpointOf,
  detectorSpec,
  openWriter,
  stepsCheckpoint,
  temporaryDirectory,
  transition,
} from './sample-checkpoints.ts';

const DAY = 5_760;
const NOTHING = { outbox: [] };
const TABLES = [
  'feature_sets',
  'entity_ids',
  'entities',
  'tail_steps',
  'chunks',
  'full_blocks',
  'reservoir',
  'calibrations',
];

/** Feeds db-2 alone over whole days, up to and with the first steps of the last one. */
function liveOn(store: StoreWriter, fromDay: number, toDay: number): void {
  for (let from = fromDay * DAY; from < toDay * DAY; from += 720) {
    store.applyCheckpoint(stepsCheckpoint(['db-2'], from, from + 720), NOTHING);
  }
  for (let step = toDay * DAY; step < toDay * DAY + 2; step++) {
    store.applyCheckpoint(stepsCheckpoint(['db-2'], step, step + 1), NOTHING);
  }
}

function rowsOf(directory: string, id: number): Record<string, unknown> {
  const database = new BetterSqlite3(join(directory, 'strayd.db'), { readonly: true });
  const counts = TABLES.map((table) => {
    const column = table === 'feature_sets' || table === 'entity_ids' ? 'id' : 'entity_id';
    return [table, database.prepare(`SELECT count(*) FROM ${table} WHERE ${column} = ?`).pluck().get(id)];
  });
  database.close();
  return Object.fromEntries(counts) as Record<string, unknown>;
}

describe('housekeeping', () => {
  it('drops the last of a forgotten entity when its history is too old for training', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory, { reservoirMs: 3 * 86_400_000 });
    store.declareDetectors([detectorSpec()]);
    const calibration = {
      detector: 'hosts',
      entity: 'db-1',
      modelVersion: 'v',
      upToStep: 1,
      bytes: Uint8Array.of(1),
    };
    store.applyCheckpoint(
      checkpointOf({ ...stepsCheckpoint(['db-1', 'db-2'], 0, 720), calibrations: [calibration] }),
      NOTHING,
    );
    for (let step = 720; step < 740; step++) {
      store.applyCheckpoint(stepsCheckpoint(['db-1', 'db-2'], step, step + 1), NOTHING);
    }
    store.applyCheckpoint(checkpointOf({ forgotten: [{ detector: 'hosts', entity: 'db-1' }] }), NOTHING);
    expect(rowsOf(directory, 1)).toMatchObject({
      entity_ids: 1,
      entities: 0,
      tail_steps: 0,
      chunks: 0,
      calibrations: 0,
    });
    liveOn(store, 1, 3);
    expect(Number(rowsOf(directory, 1)['reservoir'])).toBeGreaterThan(0);
    liveOn(store, 4, 5);
    expect(rowsOf(directory, 1)).toMatchObject({ entity_ids: 0, reservoir: 0 });
    expect(rowsOf(directory, 2)).toMatchObject({ entity_ids: 1, entities: 1 });
    store.close();
  });

  it('drops what was written with features that are no more', () => {
    const directory = temporaryDirectory();
    const old = detectorSpec({ stepMs: 30_000 });
    const first = openWriter(directory, { reservoirMs: 3 * 86_400_000 });
    first.declareDetectors([old]);
    first.applyCheckpoint(stepsCheckpoint(['db-2'], 0, 720), NOTHING);
    for (let step = 720; step < 740; step++) {
      first.applyCheckpoint(stepsCheckpoint(['db-2'], step, step + 1), NOTHING);
    }
    first.close();
    const files = (): string[] =>
      readdirSync(join(directory, 'recent')).filter((name) => name.includes('.1.db'));
    expect(files().length).toBeGreaterThan(0);

    const store = openWriter(directory, { reservoirMs: 3 * 86_400_000 });
    const now: DetectorSpec = detectorSpec();
    store.declareDetectors([now]);
    liveOn(store, 1, 2);
    expect(rowsOf(directory, 1)).toMatchObject({
      feature_sets: 1,
      entity_ids: 1,
      entities: 1,
      tail_steps: expect.any(Number),
    });
    expect(store.keptSteps(old, 'db-2', { fromStep: 0, toStep: 9e9 })).toHaveLength(740);
    liveOn(store, 3, 5);
    expect(rowsOf(directory, 1)).toEqual(Object.fromEntries(TABLES.map((table) => [table, 0])));
    expect(files()).toEqual([]);
    expect(store.keptSteps(now, 'db-2', { fromStep: 5 * DAY, toStep: 9e9 })).toHaveLength(2);
    store.close();
  });

  it('drops unconfirmed alerts after a week and keeps those that have a label', () => {
    const store = openWriter(temporaryDirectory(), { alertsMs: 12 * 86_400_000 });
    store.declareDetectors([detectorSpec()]);
    const named = (id: string) => alertOf('db-2', { id, firstStepOver: 10 });
    store.applyCheckpoint(
      checkpointOf({
        ...stepsCheckpoint(['db-2'], 0, 20),
        effects: {
          transitions: [
            transition(named('discarded'), null, 'discarded', 12),
            transition(named('resolved'), null, 'resolved', 12),
            transition(named('labelled'), null, 'resolved', 12),
            transition(named('open'), null, 'firing', 12),
          ],
        },
      }),
      NOTHING,
    );
    store.labelAlert('labelled', 'real');
    const known = (): string[] =>
      ['discarded', 'resolved', 'labelled', 'open'].filter((id) => store.showAlert(id) !== null);
    liveOn(store, 1, 1);
    expect(known()).toEqual(['discarded', 'resolved', 'labelled', 'open']);
    liveOn(store, 8, 9);
    expect(known()).toEqual(['resolved', 'labelled', 'open']);
    liveOn(store, 13, 14);
    expect(known()).toEqual(['labelled', 'open']);
    expect(store.listTransitions('hosts')).toEqual([]);
    store.close();
  });
});
