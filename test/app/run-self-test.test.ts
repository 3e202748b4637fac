import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as childModule from '../../src/app/run-in-child.ts';
import { readModel, recordModel } from '../../src/app/model-shelf.ts';
import { runSelfTest } from '../../src/app/run-self-test.ts';
import { runTraining } from '../../src/app/run-training.ts';
import type { SelfTestResult } from '../../src/app/self-test-messages.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import { calibrationRow, newScoringState } from '../../src/pipeline/scoring/scoring-state.ts';
import type { FaultResult } from '../../src/training/self-test.ts';
import { checkpointOf, openWriter } from '../store/sample-checkpoints.ts';
import { builtModule } from '../support/built-module.ts';
import { trainableSpec, trainingStore, watchedRow, type TrainingStore } from './training-store.ts';

const STEPS = 1000;
const spec = trainableSpec();

describe('the self-test of a store', () => {
  let store: TrainingStore;
  let version = '';
  let modelPath = '';
  beforeAll(async () => {
    store = trainingStore([spec], STEPS);
    expect(await runSelfTest({ storePath: store.path, spec })).toEqual({
      kind: 'untested',
      detail: 'no model is in use yet',
    });
    const { trained } = await runTraining({ storePath: store.path, spec, seed: 1 }, () => undefined);
    if (trained === null) throw new Error('no model');
    ({ version, path: modelPath } = trained);
    const writer = openWriter(store.path);
    recordModel(writer, trained, { nowMs: 0, keep: 10 });
    writer.activateModel({ detector: spec.name, version, effectiveStep: STEPS });
    writer.close();
  });
  afterAll(() => store.remove());

  const recall = (result: SelfTestResult): Record<string, number> =>
    result.kind === 'tested'
      ? Object.fromEntries(result.faults.map((one: FaultResult) => [one.fault, one.recall]))
      : {};

  it('finds gross faults in the recent rows, the same way each time', async () => {
    const first = await runSelfTest({ storePath: store.path, spec });
    expect(first).toMatchObject({ kind: 'tested', version });
    expect(Object.keys(recall(first))).toHaveLength(8);
    expect(recall(first)['spike']).toBeGreaterThan(0.8);
    expect(await runSelfTest({ storePath: store.path, spec })).toEqual(first);
  });

  it('does so in a process of its own', async () => {
    const { runInChild } = await builtModule<typeof childModule>('app/run-in-child.js');
    let result: SelfTestResult | null = null;
    const child = runInChild<SelfTestResult>({
      script: './self-test-process.js',
      job: { storePath: store.path, spec },
      timeLimitMs: 60_000,
      memoryLimitBytes: 2 ** 30,
      message: (said) => (result = said),
    });
    await child.ended;
    expect(result).toEqual(await runSelfTest({ storePath: store.path, spec }));
  });

  it('goes by the thresholds of now: after days of wild scores little is found', async () => {
    const before = recall(await runSelfTest({ storePath: store.path, spec }));
    const parts = await readModel(modelPath, spec);
    const { detectors } = createState({
      detectors: [spec],
      restored: {
        marks: [],
        entities: [],
        activations: [{ detector: spec.name, version, effectiveStep: 0 }],
        budgetRefits: [],
        exclusions: [],
      },
      models: [parts],
      nextRefitMs: () => Infinity,
      maxAlertAgeMs: Infinity,
    });
    const context = detectors[0]?.models[0]?.context;
    if (context === undefined) throw new Error('no model is live');
    const writer = openWriter(store.path);
    writer.declareDetectors([spec]);
    const rows = ['db-1', 'db-2', 'web-1'].map((name) => {
      const state = newScoringState(context, name, name.slice(0, 2));
      const { calibration } = state;
      for (let i = 1; i <= 20_000; i++)
        calibration.add(calibration.upToStep + 1, i % 50 === 0 ? 20 : 10 + (i % 7));
      calibration.refit(calibration.upToStep);
      return { entity: watchedRow(spec, name, STEPS - 1), calibration: calibrationRow(state) };
    });
    writer.applyCheckpoint(
      checkpointOf({
        entities: rows.map(({ entity }) => entity),
        calibrations: rows.map(({ calibration }) => calibration),
      }),
      { outbox: [] },
    );
    writer.close();
    const after = recall(await runSelfTest({ storePath: store.path, spec }));
    expect(before['spike']).toBeGreaterThan(0.8);
    expect(after['spike']).toBe(0);
    parts.model.dispose();
  });

  it('tries nothing on entities of which a level was accepted', async () => {
    const normals = { known: [{ id: 0, maps: [], lastStep: STEPS - 1 }], rows: [0] };
    const accepted = async (names: readonly string[]): Promise<SelfTestResult> => {
      const writer = openWriter(store.path);
      writer.declareDetectors([spec]);
      const entities = names.map((name) => watchedRow(spec, name, STEPS - 1, normals));
      writer.applyCheckpoint(checkpointOf({ entities }), { outbox: [] });
      writer.close();
      return runSelfTest({ storePath: store.path, spec });
    };
    expect((await accepted(['db-1', 'db-2'])).kind).toBe('tested');
    expect(await accepted(['web-1'])).toEqual({
      kind: 'untested',
      detail: 'no entity has enough normal rows in a row that are quiet',
    });
  });
});
