import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askWhereDrifted } from '../../src/app/drift-watch.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
} from '../store/sample-checkpoints.ts';

const DAY_MS = 86_400_000;
const spec = detectorSpec({ stepMs: 300_000 });
const DAY = DAY_MS / spec.stepMs;

describe('the drift watch', () => {
  let store: StoreWriter;
  beforeEach(() => {
    store = openWriter(temporaryDirectory());
    store.declareDetectors([spec]);
    store.insertModel({
      detector: 'hosts',
      version: 'v1',
      path: '/m/v1',
      sha256: '',
      card: '{"usualScore":0.1}',
      status: 'candidate',
      reason: '',
      createdMs: 0,
    });
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 0 });
  });
  afterEach(() => store.close());

  /** Two days of an entity whose scores on the second day are `raw`. */
  function keep(entity: string, raw: number): void {
    const steps = Array.from({ length: 2 * DAY }, (_, step) => ({
      vector: {
        detector: 'hosts',
        entity,
        step,
        values: new Float64Array(spec.features.length),
        filled: false,
      },
      scored: {
        detector: 'hosts',
        entity,
        step,
        modelVersion: 'v1',
        raw: step < DAY ? 0.1 : raw,
        score: 0,
        scoreWithoutGuards: 0,
        over: false,
        rowUnusual: false,
        alertable: false,
        provisional: false,
      },
    }));
    const entities = [{ ...entityRow(entity, 2 * DAY - 1), clockMs: 2 * DAY_MS }];
    store.applyCheckpoint(checkpointOf({ effects: { steps }, entities }), { outbox: [] });
  }

  function asked(nowMs = 10 * DAY_MS): string[] {
    const names: string[] = [];
    const request = (name: string): boolean => names.push(name) > 0;
    askWhereDrifted({ detectors: [spec], store, request, report: () => undefined, nowMs: () => nowMs });
    return names;
  }

  it('asks for a training when the last day’s errors are half as large again in the middle of the entities', () => {
    keep('a', 0.1 + Math.log(1.6));
    expect(asked()).toEqual(['hosts']);
    keep('b', 0.1 + Math.log(1.6));
    keep('c', 0.1);
    expect(asked()).toEqual(['hosts']);
  });

  it('leaves a detector alone whose errors are as on hold-out, or of which a single entity strays', () => {
    keep('a', 0.1 + Math.log(1.4));
    expect(asked()).toEqual([]);
    keep('b', 5);
    keep('c', 0.1);
    expect(asked()).toEqual([]);
  });

  it('leaves a detector alone for a day after a training', () => {
    keep('a', 2);
    const ended = 10 * DAY_MS;
    store.insertTrainingRun({
      detector: 'hosts',
      startedMs: ended - 1,
      endedMs: ended,
      outcome: 'rejected',
      detail: '',
    });
    expect(asked(ended + DAY_MS - 1)).toEqual([]);
    expect(asked(ended + DAY_MS)).toEqual(['hosts']);
  });

  it('says nothing of a day that another model has scored, or without a model', () => {
    keep('a', 2);
    store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: DAY + 5 });
    expect(asked()).toEqual([]);
  });
});
