import { describe, expect, it } from 'vitest';
import type { Acceptance } from '../../src/pipeline/alerts/acceptance.ts';
import type { BudgetRefit } from '../../src/pipeline/scoring/budget-refit.ts';
import {
  alertOf,
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  stepsCheckpoint,
  temporaryDirectory,
  transition,
} from './sample-checkpoints.ts';
import { testMark } from '../support/partition-mark.ts';

const NOTHING = { outbox: [] };

describe('readRestoredState', () => {
  it('is empty at a first start', () => {
    const store = openWriter(temporaryDirectory());
    expect(store.readRestoredState([detectorSpec()], 64)).toEqual({
      incidents: [],
      windows: [],
      marks: [],
      entities: [],
      activations: [],
      budgetRefits: [],
      exclusions: [],
      acceptances: [],
    });
    store.close();
  });

  it('has all steps after the calibration, and at least the rows needed, also over midnight and a long gap', () => {
    const store = openWriter(temporaryDirectory());
    store.declareDetectors([detectorSpec()]);
    for (let from = 0; from < 9_000; from += 300) {
      store.applyCheckpoint(stepsCheckpoint(['far', 'near', 'none', 'gap'], from, from + 300), NOTHING);
    }
    for (let step = 9_000; step < 9_020; step++) {
      store.applyCheckpoint(stepsCheckpoint(['far', 'near', 'none'], step, step + 1), NOTHING);
    }
    const calibration = { detector: 'hosts', modelVersion: 'v1', bytes: Uint8Array.of(9) };
    const last = stepsCheckpoint(['gap'], 11_000, 11_003);
    store.applyCheckpoint(
      checkpointOf({
        ...last,
        calibrations: [
          { ...calibration, entity: 'far', upToStep: 3_000 },
          { ...calibration, entity: 'near', upToStep: 9_015 },
          { ...calibration, entity: 'gap', upToStep: 11_001 },
        ],
      }),
      NOTHING,
    );
    const restored = new Map(
      store.readRestoredState([detectorSpec()], 64).entities.map((entity) => [entity.entity, entity]),
    );
    const steps = (name: string): number[] => restored.get(name)?.kept.map((kept) => kept.step) ?? [];
    expect([steps('far').at(0), steps('far').length]).toEqual([3_001, 6_019]);
    expect([steps('near').at(0), steps('near').length]).toEqual([8_956, 64]);
    expect(steps('none').length).toBe(9_020);
    expect([steps('gap').at(0), steps('gap').at(-1), steps('gap').length]).toEqual([8_939, 11_002, 64]);
    expect(restored.get('far')?.calibration).toMatchObject({
      upToStep: 3_000,
      entity: 'far',
      modelVersion: 'v1',
    });
    expect(restored.get('none')?.calibration).toBeNull();
    store.close();
  });

  it('gives the same kept steps when they are looked at after later checkpoints', () => {
    const store = openWriter(temporaryDirectory());
    store.declareDetectors([detectorSpec()]);
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 0, 500), NOTHING);
    const [entity] = store.readRestoredState([detectorSpec()], 64).entities;
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 500, 900), NOTHING);
    expect(entity?.kept.at(-1)?.step).toBe(499);
    store.close();
  });

  it('has the rows of entities as they were written, with the alert that is open', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    const open = alertOf('db-1');
    const over = alertOf('db-2');
    const row = {
      ...entityRow('db-1', 7),
      lastClosedStep: -Infinity,
      clockMs: 12.5,
      labels: { instance: 'db-1', a: 'ä"' },
    };
    const mark = testMark(
      { source: 's', topic: 't', partition: 3 },
      {
        lowOffset: 2 ** 40,
        nextOffset: 2 ** 52,
        watermarkMs: -Infinity,
        idle: true,
        wholeFromMs: 1.5e12,
        handOver: { offset: 2 ** 39, wholeFromMs: 2e12 },
        firstOffsets: [
          [60_000, 2 ** 39],
          [75_000, 2 ** 40],
        ],
      },
    );
    store.applyCheckpoint(
      checkpointOf({
        entities: [row, entityRow('db-2', 7)],
        marks: [mark],
        effects: {
          transitions: [
            transition(open, null, 'pending', 5),
            transition(over, null, 'pending', 5),
            transition(over, 'pending', 'discarded', 6),
          ],
          activations: [
            { detector: 'hosts', version: 'v2', effectiveStep: 50 },
            { detector: 'hosts', version: 'v1', effectiveStep: 5 },
          ],
        },
      }),
      NOTHING,
    );
    store.close();
    const again = openWriter(directory);
    const { entities, marks, activations } = again.readRestoredState([detectorSpec()], 64);
    expect(entities[0]).toEqual({ ...row, calibration: null, openAlerts: [open], kept: [] });
    expect(entities[1]?.openAlerts).toEqual([]);
    expect(marks).toEqual([mark]);
    expect(activations.map(({ version }) => version)).toEqual(['v1', 'v2']);
    again.close();
  });

  it('brings back the newest budget refits of each detector, and lets the old ones go', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    const refits = Array.from({ length: 12 }, (_, day): BudgetRefit => {
      const days = [{ untilMs: day, asked: 1 / 7, margins: [0.53125, day] }];
      return { detector: 'hosts', atMs: day, effectiveStep: day + 1, offset: -day / 3, entities: 2, days };
    });
    for (const refit of refits) {
      store.applyCheckpoint(checkpointOf({ effects: { budgetRefits: [refit] } }), NOTHING);
    }
    store.close();
    const again = openWriter(directory);
    expect(again.readRestoredState([detectorSpec()], 64).budgetRefits).toEqual(refits.slice(-8));
    again.close();
  });

  it('has what people accepted, in their order', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    const said = { detector: 'hosts', entity: 'db-1', match: [], fromStep: 5, toStep: 5, effectiveStep: 40 };
    const deployed: Acceptance = {
      ...said,
      entity: null,
      match: [{ label: 'instance', op: '=~', value: 'web-.*' }],
      toStep: 900,
      effectiveStep: 30,
    };
    store.applyCheckpoint(checkpointOf({ effects: { acceptances: [said, deployed] } }), NOTHING);
    store.insertAcceptance({ ...said, effectiveStep: 50 });
    store.close();
    const reopened = openWriter(directory);
    const { acceptances } = reopened.readRestoredState([detectorSpec()], 64);
    expect(acceptances).toEqual([said, deployed, { ...said, effectiveStep: 50 }]);
    reopened.close();
  });

  it('brings back what calibration is to leave out, the newest word on a stretch', () => {
    const directory = temporaryDirectory();
    const store = openWriter(directory);
    store.declareDetectors([detectorSpec()]);
    const stretch = { detector: 'hosts', entity: 'db-1', fromStep: 5, toStep: 9 };
    const first = { ...stretch, effectiveStep: 20, alerts: 0 };
    const other = { ...stretch, toStep: 12, effectiveStep: 30, alerts: 0 };
    const again = { ...stretch, effectiveStep: 40, alerts: 1 };
    store.applyCheckpoint(checkpointOf({ effects: { exclusions: [first, other, again] } }), NOTHING);
    store.close();
    const reopened = openWriter(directory);
    expect(reopened.readRestoredState([detectorSpec()], 64).exclusions).toEqual([other, again]);
    reopened.close();
  });

  it('takes the calibration of the version that is active at the entity', () => {
    const store = openWriter(temporaryDirectory());
    store.declareDetectors([detectorSpec()]);
    const calibration = { detector: 'hosts', entity: 'db-1', bytes: Uint8Array.of(1) };
    store.applyCheckpoint(
      checkpointOf({
        entities: [entityRow('db-1', 90)],
        calibrations: [
          { ...calibration, modelVersion: 'v1', upToStep: 50 },
          { ...calibration, modelVersion: 'v2', upToStep: 80 },
        ],
        effects: {
          activations: [
            { detector: 'hosts', version: 'v1', effectiveStep: 5 },
            { detector: 'hosts', version: 'v2', effectiveStep: 100 },
          ],
        },
      }),
      NOTHING,
    );
    const version = (): string | undefined =>
      store.readRestoredState([detectorSpec()], 64).entities[0]?.calibration?.modelVersion;
    expect(version()).toBe('v1');
    store.applyCheckpoint(checkpointOf({ entities: [entityRow('db-1', 99)] }), NOTHING);
    expect(version()).toBe('v2');
    store.close();
  });
});
