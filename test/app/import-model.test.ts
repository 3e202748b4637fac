import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImport } from '../../src/app/import-model.ts';
import { runTraining } from '../../src/app/run-training.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { packModelFile, unpackModelFile, versionOf, type ModelFile } from '../../src/model/model-file.ts';
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

  it.each<[what: string, change: (file: ModelFile) => Partial<ModelFile>, says: string | RegExp]>([
    [
      'without a card',
      () => ({ card: {} as ModelFile['card'] }),
      'its card is damaged: version: Invalid input',
    ],
    [
      'with the card of another version',
      ({ card }) => ({ card: { ...card, version: 'feedfacecafe' } }),
      'its card is that of feedfacecafe of hosts, its model is ',
    ],
    [
      'whose calibration is rubbish',
      () => ({ calibration: Uint8Array.of(9, 9, 9, 9, 9) }),
      'the calibration of the model file is damaged: it is no JSON',
    ],
    [
      'whose entity has a calibration that is none',
      ({ calibration }) => {
        const section = JSON.parse(new TextDecoder().decode(calibration)) as object;
        const entities = [['db-1', 'AAAA']];
        return { calibration: new TextEncoder().encode(JSON.stringify({ ...section, entities })) };
      },
      "The file can't be imported: packed numbers end after 3 bytes",
    ],
    [
      'whose weights are no numbers',
      ({ model: whole, card }) => {
        const model = whole.slice().fill(255, whole.length / 2, whole.length / 2 + 4000);
        return { model, card: { ...card, version: versionOf(model) } };
      },
      /no finite number|end early/,
    ],
  ])('refuses a file %s, whatever its hash says', async (_what, change, says) => {
    const file = unpackModelFile(bytes);
    await expect(check(packModelFile({ ...file, ...change(file) }))).rejects.toThrow(says);
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
