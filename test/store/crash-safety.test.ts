import { cpSync, existsSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint.ts';
import type { NewOutboxRow } from '../../src/core/outbox.ts';
import {
  alertOf,
  checkpointOf,
  detectorSpec,
  openWriter,
  stepsCheckpoint,
  temporaryDirectory,
  transition,
} from './sample-checkpoints.ts';
import { stateOf } from './store-state.ts';
import { fc } from '../support/properties.ts';

interface Applied {
  readonly checkpoint: Checkpoint;
  readonly outbox: readonly NewOutboxRow[];
}

const DETECTORS = [detectorSpec()];
const ENTITIES = ['db-1', 'db-2', 'web/3'];

/** Steps of three entities in unequal portions, with an alert, a calibration, an activation and a dead letter each now and then. */
function series(portions: readonly number[]): Applied[] {
  let step = 5_000;
  return portions.map((portion, index) => {
    const from = step;
    step += portion;
    const base = stepsCheckpoint(index % 4 === 3 ? ENTITIES.slice(1) : ENTITIES, from, step);
    const alert = alertOf('db-2', { id: `alert-${Math.floor(index / 2)}`, firstStepOver: from });
    const opens = index % 2 === 0;
    return {
      checkpoint: checkpointOf({
        ...base,
        calibrations:
          index % 3 === 1
            ? [
                {
                  detector: 'hosts',
                  entity: 'db-2',
                  modelVersion: 'v1',
                  upToStep: from - 1,
                  bytes: Uint8Array.of(index),
                },
              ]
            : [],
        effects: {
          ...base.effects,
          transitions: [
            opens ? transition(alert, null, 'pending', from) : transition(alert, 'pending', 'firing', from),
          ],
          notifications: opens ? [] : [{ alert, event: 'firing', atMs: from * 15_000, deliver: true }],
          activations: index === 1 ? [{ detector: 'hosts', version: 'v1', effectiveStep: from }] : [],
          deadLetters: [
            {
              source: 'node',
              topic: 'metrics',
              partition: 0,
              offset: from,
              reason: 'not_json',
              detail: `record ${from}`,
              bytes: Uint8Array.of(index, 0, 255),
            },
          ],
        },
      }),
      outbox: opens ? [] : [outboxRow(alert.id)],
    };
  });
}

function outboxRow(alertId: string): NewOutboxRow {
  return {
    id: `row-${alertId}`,
    channel: 'hook',
    alertId,
    idempotencyKey: `hook/${alertId}/firing`,
    body: '{"a":1}',
    createdMs: 1,
  };
}

function apply(directory: string, list: readonly Applied[]): unknown {
  const store = openWriter(directory);
  store.readRestoredState(DETECTORS, 64);
  for (const { checkpoint, outbox } of list) store.applyCheckpoint(checkpoint, { outbox });
  const state = stateOf(store, DETECTORS);
  store.close();
  return state;
}

function keptRows(directory: string): unknown {
  const database = new BetterSqlite3(join(directory, 'strayd.db'), { readonly: true });
  const steps = database.prepare('SELECT entity_id, step FROM tail_steps ORDER BY 1, 2').all();
  const chunks = database.prepare('SELECT entity_id, first_step, last_step FROM chunks ORDER BY 1, 2').all();
  database.close();
  return { steps, chunks };
}

describe('a store that was killed', () => {
  it('is as after some whole checkpoint, and ends the same once the others are applied', () => {
    const cuts: number[] = [];
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 6, maxLength: 40 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 60 }),
        (portions, killAtPercent, lostPercent) => {
          const list = series(portions);
          const undisturbed = temporaryDirectory();
          const killed = temporaryDirectory();
          const after = temporaryDirectory();
          const expected = apply(undisturbed, list);

          // The files as they lie there in mid-run, less the end of the log that had not reached the disk.
          const running = openWriter(killed);
          running.readRestoredState(DETECTORS, 64);
          const before = Math.floor((killAtPercent / 100) * list.length);
          for (const { checkpoint, outbox } of list.slice(0, before))
            running.applyCheckpoint(checkpoint, { outbox });
          cpSync(killed, after, { recursive: true });
          running.close();
          const log = join(after, 'strayd.db-wal');
          if (existsSync(log)) truncateSync(log, Math.floor(statSync(log).size * (1 - lostPercent / 100)));

          const reopened = openWriter(after);
          const { sequence } = reopened;
          const asFound = stateOf(reopened, DETECTORS);
          reopened.close();
          expect(sequence).toBeLessThanOrEqual(before);
          cuts.push(before - sequence);
          const control = temporaryDirectory();
          expect(asFound).toEqual(apply(control, list.slice(0, sequence)));
          expect(apply(after, list.slice(sequence))).toEqual(expected);
          for (const directory of [undisturbed, killed, after, control])
            rmSync(directory, { recursive: true });
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
    expect(cuts.filter((lost) => lost > 0).length).toBeGreaterThan(2);
  });

  it('passes over what a replay repeats', () => {
    const list = series([40, 300, 7, 90, 33]);
    const directory = temporaryDirectory();
    const expected = apply(directory, list) as { sequence: number };
    const rows = keptRows(directory);
    const repeated = apply(directory, list.slice(3)) as { sequence: number };
    expect(keptRows(directory)).toEqual(rows);
    expect({ ...repeated, sequence: 0 }).toEqual({ ...expected, sequence: 0 });
  });
});
