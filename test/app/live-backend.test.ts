import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInstruments } from '../../src/app/instruments.ts';
import { createLiveBackend } from '../../src/app/live-backend.ts';
import type { LiveBackend } from '../../src/server/live-backend.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import {
  alertOf,
  checkpointOf,
  detectorSpec,
  openWriter,
  stepsCheckpoint,
  temporaryDirectory,
} from '../store/sample-checkpoints.ts';
import { configOf } from './config-fixture.ts';

describe('what the console follows', () => {
  let store: StoreWriter;
  let live: LiveBackend;
  const spec = detectorSpec();
  beforeEach(() => {
    const config = configOf('/nowhere', spec);
    store = openWriter(temporaryDirectory());
    store.declareDetectors(config.detectors);
    const instruments = createInstruments(config, 'silent', { version: '1', nodeVersion: '20' });
    live = createLiveBackend({ config, store, instruments });
  });
  afterEach(() => store.close());

  it('outlines a detector that has seen nothing yet', () => {
    expect(live.outline()).toEqual([
      {
        detector: 'hosts',
        stepMs: spec.stepMs,
        features: spec.features.map(({ name, unit }) => ({ name, unit })),
        budget: expect.stringMatching(/ per week/) as string,
        budgetUsed: 0,
        newestMs: 0,
        lastScoredMs: null,
        heldBack: 0,
      },
    ]);
    expect(live.trainingRuns(null, 10)).toEqual([]);
    expect(live.scores(null)).toEqual([]);
  });

  it('counts the alerts that observe mode kept back', () => {
    store.applyCheckpoint(stepsCheckpoint(['db-1'], 100, 110), { outbox: [] });
    const alert = alertOf('db-1', { state: 'firing' });
    const notification = { alert, event: 'firing' as const, atMs: 105 * 15_000, deliver: false };
    store.applyCheckpoint(checkpointOf({ effects: { notifications: [notification] } }), { outbox: [] });
    expect(live.outline()[0]?.heldBack).toBe(0);
    const observing = configOf('/nowhere', { ...spec, mode: 'observe' });
    const instruments = createInstruments(observing, 'silent', { version: '1', nodeVersion: '20' });
    const outline = createLiveBackend({ config: observing, store, instruments }).outline();
    expect([outline[0]?.heldBack, outline[0]?.budgetUsed]).toEqual([1, 0]);
  });
});
