import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainedModel } from '../../src/app/messages.ts';
import { recordModel } from '../../src/app/model-shelf.ts';
import { runTraining } from '../../src/app/run-training.ts';
import type { TrainingResult } from '../../src/app/training-messages.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { ModelActivation } from '../../src/pipeline/effects.ts';
import type { ModelRecord } from '../../src/store/model-repository.ts';
import { openWriter } from '../store/sample-checkpoints.ts';
import { addSteps, trainableSpec, trainingStore } from './training-store.ts';
import type { TrainingStore } from './training-store.ts';

describe('a training beside what is kept', () => {
  const spec = trainableSpec();
  let place: TrainingStore;
  let first: TrainedModel;

  const train = (wanted: DetectorSpec = spec): Promise<TrainingResult> =>
    runTraining({ storePath: place.path, spec: wanted, seed: 1 }, () => undefined);

  function keep(trained: TrainedModel, rollback?: ModelActivation['rollback']): void {
    const store = openWriter(place.path);
    store.declareDetectors([spec]);
    recordModel(store, trained, { nowMs: 1000, keep: 5 });
    const { detector, version } = trained;
    const effectiveStep = 1 + (store.listActivations(detector).at(-1)?.effectiveStep ?? 400);
    store.activateModel({ detector, version, effectiveStep, ...(rollback && { rollback }) });
    store.close();
  }

  function kept(version: string): ModelRecord | null {
    const store = openWriter(place.path);
    const found = store.findModel('hosts', version);
    store.close();
    return found;
  }

  beforeEach(async () => {
    place = trainingStore([spec]);
    const { trained } = await train();
    if (trained === null) throw new Error('the history was too short to train on');
    first = trained;
    keep(first);
  });
  afterEach(() => place.remove());

  it('that gives the model in use again changes nothing, its card least of all', async () => {
    const before = readFileSync(first.path);
    expect(await train()).toEqual({
      outcome: 'unchanged',
      detail: `The history gives the model in use, ${first.version}, again; it stays.`,
      trained: null,
    });
    expect(readFileSync(first.path)).toEqual(before);
  });

  it('that gives a version again which was rolled back does not promote it', async () => {
    addSteps(place.path, [spec], { from: 400, to: 500 });
    const { trained: second } = await train();
    if (second === null) throw new Error('a second version was expected');
    keep(second);
    keep(first, { from: second.version, reason: `Rolled back by hand to ${first.version}.` });
    const again = await train();
    expect(again).toMatchObject({ outcome: 'rejected', trained: null });
    expect(again.detail).toBe(
      `The history gives version ${second.version} again, which stays out of use: Rolled back by hand to ${first.version}. ` +
        `"strayd models rollback hosts ${second.version}" would put it to use.`,
    );
    expect(kept(second.version)).toMatchObject({ status: 'rolled_back', card: JSON.stringify(second.card) });
  });

  it('says which file is damaged where the model in use can not be compared, and makes it anew', async () => {
    writeFileSync(first.path, 'rubbish');
    const { outcome, detail, trained } = await train();
    expect(outcome).toBe('promoted');
    expect(detail).toBe(
      `Nothing could be compared: the model in use, ${first.version}, can't be used (${first.path}: not a strayd model file ` +
        '(7 bytes): train again, or roll back to a kept version).',
    );
    expect(trained?.card).toMatchObject({ parent: null, promotion: { reason: detail, lostChampion: true } });
  });

  it('names the model in use of other windows as one that could not be compared', async () => {
    const { detail, trained } = await train(trainableSpec({ windows: [4] }));
    expect(detail).toContain(`the model in use, ${first.version}, can't be used`);
    expect(detail).toContain('and the detector has 4 now');
    expect(trained?.card.parent).toBe(first.version);
  });
});
