import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImport } from '../../src/app/import-model.ts';
import { runTraining } from '../../src/app/run-training.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { packModelFile, unpackModelFile } from '../../src/model/model-file.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { withoutGrid } from './older-model-file.ts';
import { trainableSpec, trainingStore } from './training-store.ts';

describe('importing a model file', () => {
  const spec = trainableSpec();
  let bytes: Uint8Array;
  let store: StoreWriter;

  beforeAll(async () => {
    const place = trainingStore([spec]);
    const { trained } = await runTraining({ storePath: place.path, spec, seed: 1 }, () => undefined);
    bytes = readFileSync(trained?.path ?? '');
    place.remove();
    store = openWriter(temporaryDirectory());
  });
  afterAll(() => store.close());

  const check = (file: Uint8Array, detector: DetectorSpec = spec) =>
    checkImport(file, { detectors: [detector], storePath: '/nowhere', store });

  it('takes one of the same features, step and windows', async () => {
    expect(await check(bytes)).toMatchObject({ detector: 'hosts' });
  });

  it('refuses one of another step or other windows, and says what to do', async () => {
    await expect(check(bytes, { ...spec, stepMs: 60_000 })).rejects.toThrow(
      'The model is of no use to detector hosts: it was trained on steps of 15s and the detector has 1m. ' +
        'Train here, or set the detector as it was there.',
    );
    await expect(check(bytes, { ...spec, windows: [4] })).rejects.toThrow(
      `it was trained on windows of ${spec.windows.join(', ')} steps and the detector has 4.`,
    );
  });

  it('reckons the step of a file that does not tell it, and refuses one where it can not', async () => {
    const older = withoutGrid(bytes);
    expect(await check(older)).toMatchObject({ detector: 'hosts' });
    await expect(check(older, { ...spec, stepMs: 60_000 })).rejects.toThrow('steps of 15s');
    const { calibration, ...rest } = unpackModelFile(older);
    const section = JSON.parse(new TextDecoder().decode(calibration)) as object;
    const bare = new TextEncoder().encode(JSON.stringify({ ...section, entities: [] }));
    await expect(check(packModelFile({ ...rest, calibration: bare }))).rejects.toThrow(
      'does not tell of which step its model is',
    );
  });
});
