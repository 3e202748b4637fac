import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  stepRecord,
  stepsCheckpoint,
  temporaryDirectory,
} from './sample-checkpoints.ts';
import { exactStep } from './store-state.ts';
import { fc } from '../support/properties.ts';

const NOTHING = { outbox: [] };
const EVERYTHING = { fromStep: -Infinity, toStep: Infinity };

function expectedStep(entity: string, step: number): string {
  const { vector, scored, normal } = stepRecord(entity, step);
  return exactStep({
    step,
    values: vector.values,
    filled: vector.filled,
    raw: scored?.raw ?? Number.NaN,
    score: scored?.score ?? Number.NaN,
    over: scored?.over ?? false,
    alertable: scored?.alertable ?? false,
    ...(normal !== undefined && { normal }),
  });
}

function keptOf(store: StoreWriter, entity: string, range = EVERYTHING): string[] {
  return store.keptSteps(detectorSpec(), entity, range).map(exactStep);
}

function count(directory: string, table: string): number {
  const database = new BetterSqlite3(join(directory, 'strayd.db'), { readonly: true });
  const rows = database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  database.close();
  return Number(rows);
}

describe('kept steps', () => {
  it('come back to the bit, however they were cut into checkpoints and with gaps between them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 0, max: 40 })), {
          minLength: 1,
          maxLength: 30,
        }),
        (portions) => {
          const directory = temporaryDirectory();
          const store = openWriter(directory);
          store.declareDetectors([detectorSpec()]);
          const steps: number[] = [];
          let at = 5_700;
          for (const [length, gap] of portions) {
            store.applyCheckpoint(stepsCheckpoint(['db-1'], at, at + length), NOTHING);
            for (let step = at; step < at + length; step++) steps.push(step);
            at += length + gap;
          }
          expect(keptOf(store, 'db-1')).toEqual(steps.map((step) => expectedStep('db-1', step)));
          const middle = { fromStep: 5_700 + 33, toStep: 5_700 + 290 };
          const inMiddle = steps.filter((step) => step >= middle.fromStep && step <= middle.toStep);
          expect(keptOf(store, 'db-1', middle)).toEqual(inMiddle.map((step) => expectedStep('db-1', step)));
          store.close();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('leave the main file in blocks, and only in the transaction after the copy', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 0, 2_000), NOTHING);
    const full = count(directory, 'full_blocks');
    expect(full).toBe(8);
    let checkpoints = 0;
    while (count(directory, 'full_blocks') > 0) {
      store.applyCheckpoint(stepsCheckpoint(['db-1'], 2_000 + checkpoints, 2_001 + checkpoints), NOTHING);
      checkpoints++;
    }
    expect(checkpoints).toBeLessThanOrEqual(16);
    expect(count(directory, 'reservoir')).toBe(full);
    expect(count(directory, 'chunks')).toBeLessThan(8);
    expect(readdirSync(join(directory, 'recent'))).toContain('1970-01-01.1.db');
    expect(keptOf(store, 'db-1')).toHaveLength(2_000 + checkpoints);
    store.close();
  });

  it('survive an interruption between the copy and the deletion, standing in both files for a while', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 0, 2_000), NOTHING);
    // A vector of the wrong width makes the second transaction fail, after the copy.
    const broken = checkpointOf({ effects: { steps: [stepRecord('db-2', 1, { count: 3 })] } });
    for (let attempt = 0; attempt < 16; attempt++)
      expect(() => store.applyCheckpoint(broken, NOTHING)).toThrow(/3 values/);
    const recent = new BetterSqlite3(join(directory, 'recent', '1970-01-01.1.db'), { readonly: true });
    expect(recent.prepare('SELECT count(*) FROM blocks').pluck().get()).toBe(8);
    recent.close();
    expect(count(directory, 'full_blocks')).toBe(8);
    expect(keptOf(store, 'db-1')).toEqual(
      Array.from({ length: 2_000 }, (_, step) => expectedStep('db-1', step)),
    );
    store.close();

    const again = openWriter(directory);
    again.declareDetectors([detectorSpec()]);
    for (let step = 2_000; step < 2_020; step++)
      again.applyCheckpoint(stepsCheckpoint(['db-1'], step, step + 1), NOTHING);
    expect(count(directory, 'full_blocks')).toBe(0);
    expect(keptOf(again, 'db-1')).toEqual(
      Array.from({ length: 2_020 }, (_, step) => expectedStep('db-1', step)),
    );
    again.close();
  });

  it('go with their day once it is older than the recent ring', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    const day = 5_760;
    for (let from = 0; from < 4 * day; from += 480) {
      store.applyCheckpoint(stepsCheckpoint(['db-1'], from, from + 480), NOTHING);
    }
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 4 * day, 4 * day + 1), NOTHING);
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 4 * day + 1, 4 * day + 2), NOTHING);
    expect(existsSync(join(directory, 'recent', '1970-01-01.1.db'))).toBe(false);
    expect(existsSync(join(directory, 'recent', '1970-01-02.1.db'))).toBe(false);
    const steps = store.keptSteps(detectorSpec(), 'db-1', EVERYTHING);
    expect(steps.length).toBeGreaterThan(day);
    expect(steps.length).toBeLessThan(2.1 * day);
    // The reservoir still has the older ones for training.
    const [training] = [...store.readTrainingSteps(detectorSpec(), 0, Infinity)];
    expect(training?.segments.map(({ firstStep, count: length }) => [firstStep, length])).toEqual([
      [0, 4 * day + 2],
    ]);
    store.close();
  });

  it('are not read with another list of features, nor restored with it', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 0, 1_000), NOTHING);
    const spec = detectorSpec();
    const changed = detectorSpec({
      features: spec.features.map((feature) => ({ ...feature, aggregate: 'max' })),
    });
    const renamedUnit = detectorSpec({
      features: spec.features.map((feature) => ({ ...feature, unit: 'cores' })),
    });
    expect(store.keptSteps(changed, 'db-1', EVERYTHING)).toEqual([]);
    expect([...store.readTrainingSteps(changed, 0, 9e9)]).toEqual([]);
    expect(store.readRestoredState([changed], 64).entities).toEqual([]);
    expect(store.keptSteps(renamedUnit, 'db-1', EVERYTHING)).toHaveLength(1_000);
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 10, 20), NOTHING);
    expect(store.keptSteps(changed, 'db-1', EVERYTHING)).toHaveLength(10);
    expect(store.keptSteps(spec, 'db-1', EVERYTHING)).toHaveLength(1_000);
    store.close();
  });

  it('of a forgotten entity go as far as they are still open, and it may come back in the same checkpoint', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    store.applyCheckpoint(stepsCheckpoint(['db-1', 'db-2'], 0, 100), NOTHING);
    const forgotten = [
      { detector: 'hosts', entity: 'db-1' },
      { detector: 'hosts', entity: 'db-2' },
    ];
    const effects = { steps: [stepRecord('db-1', 100), stepRecord('db-2', 40)] };
    store.applyCheckpoint(checkpointOf({ effects, forgotten, entities: [entityRow('db-2', 40)] }), NOTHING);
    expect(keptOf(store, 'db-1')).toEqual([]);
    expect(keptOf(store, 'db-2')).toEqual([expectedStep('db-2', 40)]);
    expect(store.readRestoredState([detectorSpec()], 64).entities.map(({ entity }) => entity)).toEqual([
      'db-2',
    ]);
    store.close();
  });

  it('of a damaged day are refused by the name of its file, and the others are there once it is moved away', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    for (let from = 0; from < 12_000; from += 500) {
      store.applyCheckpoint(stepsCheckpoint(['db-1'], from, from + 500), NOTHING);
    }
    store.close();
    const path = join(directory, 'recent', '1970-01-02.1.db');
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, bytes.length);
    writeFileSync(path, bytes);
    const again = openWriter(directory);
    expect(() => again.keptSteps(detectorSpec(), 'db-1', EVERYTHING)).toThrow(
      expect.objectContaining({ code: 'store_corrupt', message: expect.stringContaining(path) }),
    );
    renameSync(path, `${path}.damaged`);
    expect(again.keptSteps(detectorSpec(), 'db-1', EVERYTHING).length).toBeGreaterThan(300);
    again.close();
  });
});
