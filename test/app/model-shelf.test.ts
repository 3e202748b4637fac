import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainedModel } from '../../src/app/messages.ts';
import { clearShelf, readActiveModels, recordModel, takeUpCandidates } from '../../src/app/model-shelf.ts';
import { runTraining } from '../../src/app/run-training.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { openWriter } from '../store/sample-checkpoints.ts';
import { withoutGrid } from './older-model-file.ts';
import { trainableSpec, trainingStore } from './training-store.ts';
import type { TrainingStore } from './training-store.ts';

describe('the model shelf', () => {
  const spec = trainableSpec();
  let place: TrainingStore;
  let store: StoreWriter;
  let trained: TrainedModel;

  beforeEach(async () => {
    place = trainingStore([spec]);
    const { trained: made } = await runTraining({ storePath: place.path, spec, seed: 1 }, () => undefined);
    if (made === null) throw new Error('the history was too short to train on');
    trained = made;
    store = openWriter(place.path);
    recordModel(store, trained, { nowMs: 1000, keep: 5 });
    store.activateModel({ detector: 'hosts', version: trained.version, effectiveStep: 400 });
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  async function read(wanted = spec): Promise<{ versions: string[]; told: string[] }> {
    const told: string[] = [];
    const loaded = await readActiveModels(store, [wanted], (message) => told.push(message));
    for (const { model } of loaded) model.dispose();
    return { versions: loaded.map(({ model }) => model.version), told };
  }

  it('gives the model in use back', async () => {
    expect(await read()).toEqual({ versions: [trained.version], told: [] });
  });

  describe('at the start', () => {
    const candidate = 'feedfacecafe';
    async function takeUp(): Promise<string[]> {
      const told: string[] = [];
      await takeUpCandidates(store, [spec], (message) => told.push(message));
      return told;
    }
    const statuses = (): string[] => store.listModels('hosts').map(({ status }) => status);

    it('takes up a promoted model that strayd stopped before using, after the newest kept step', async () => {
      recordModel(store, { ...trained, version: candidate, promoted: true }, { nowMs: 2000, keep: 5 });
      expect(await takeUp()).toEqual([]);
      expect(statuses()).toEqual(['active', 'retired']);
      const effectiveStep = Math.floor(store.newestMs(spec) / spec.stepMs) + 1;
      expect(store.listActivations('hosts').at(-1)).toEqual({
        detector: 'hosts',
        version: candidate,
        effectiveStep,
      });
    });

    it('leaves the model in use if only a rejected or an older one lies beside it', async () => {
      recordModel(store, { ...trained, version: candidate, promoted: false }, { nowMs: 2000, keep: 5 });
      recordModel(store, { ...trained, version: 'old', promoted: true }, { nowMs: 500, keep: 5 });
      expect(await takeUp()).toEqual([]);
      expect(statuses()).toEqual(['rejected', 'active', 'candidate']);
    });

    it('tells of a promoted model that is damaged and leaves the one in use', async () => {
      const path = join(place.path, 'models', 'broken.model');
      writeFileSync(path, 'rubbish');
      recordModel(store, { ...trained, version: candidate, path, promoted: true }, { nowMs: 2000, keep: 5 });
      expect((await takeUp())[0]).toContain(`Model ${candidate} of detector hosts can't be taken up`);
      expect(statuses()).toEqual(['candidate', 'active']);
    });

    it('unlinks model files that are not on record, and no other files', () => {
      const left = join(place.path, 'models', `hosts-${candidate}.model`);
      const other = join(place.path, 'models', 'notes.model');
      for (const path of [left, other]) writeFileSync(path, '');
      clearShelf(store, place.path);
      expect([left, other, trained.path].map((path) => existsSync(path))).toEqual([false, true, true]);
    });
  });

  it('tells of a damaged file and passes it over', async () => {
    writeFileSync(trained.path, 'rubbish');
    const { versions, told } = await read();
    expect(versions).toEqual([]);
    expect(told).toEqual([
      `Model ${trained.version} of detector hosts can't be used (${trained.path}): not a strayd model file (7 bytes): train again, or roll back to a kept version`,
    ]);
  });

  it('tells of a file that is gone and passes it over', async () => {
    rmSync(trained.path);
    const { versions, told } = await read();
    expect(versions).toEqual([]);
    expect(told[0]).toContain('ENOENT');
  });

  it.each([
    ['another', ['cpu', 'memory']],
    ['one more', ['cpu', 'disk', 'memory']],
    ['one less', ['cpu']],
  ])('passes over a model whose detector has %s feature by now', async (_what, names) => {
    const features = names.map((name) => ({ ...spec.features[0]!, name }));
    const { versions, told } = await read({ ...spec, features });
    expect(versions).toEqual([]);
    expect(told[0]).toContain(`it was trained on cpu, disk and the detector has ${names.join(', ')} now`);
  });

  it('passes over a model whose detector has other steps or windows by now', async () => {
    const slower = await read({ ...spec, stepMs: 4 * spec.stepMs });
    expect(slower.versions).toEqual([]);
    expect(slower.told[0]).toContain('it was trained on steps of 15s and the detector has 1m now');
    const shorter = await read({ ...spec, windows: [4] });
    expect(shorter.versions).toEqual([]);
    expect(shorter.told[0]).toContain(
      `it was trained on windows of ${spec.windows.join(', ')} steps and the detector has 4 now`,
    );
  });

  it('reckons the step of a file from before it was kept by its rows', async () => {
    writeFileSync(trained.path, withoutGrid(readFileSync(trained.path)));
    expect((await read()).told).toEqual([]);
    const { told } = await read({ ...spec, stepMs: 4 * spec.stepMs });
    expect(told[0]).toContain('it was trained on steps of 15s and the detector has 1m now');
  });

  it('unlinks the files of versions that are too old, and goes on if one is gone already', () => {
    const files = Array.from({ length: 8 }, (_, index) => join(place.path, 'models', `old-${index}.model`));
    mkdirSync(join(place.path, 'models'), { recursive: true });
    for (const [index, path] of files.entries()) {
      if (index !== 1) writeFileSync(path, '');
      recordModel(
        store,
        { ...trained, version: `old-${index}`, path, promoted: false },
        { nowMs: 2000 + index, keep: 5 },
      );
    }
    expect(files.map((path) => existsSync(path))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(existsSync(trained.path)).toBe(true);
  });
});
