import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/model/byte-stream.ts';
import type { Kernels } from '../../src/model/kernels.ts';
import { linearAutoencoder } from '../../src/model/linear-autoencoder.ts';
import type { ModelCard } from '../../src/model/model-card.ts';
import { loadModel, packModelFile, unpackModelFile, versionOf } from '../../src/model/model-file.ts';
import { fc } from '../support/properties.ts';

const card: ModelCard = {
  version: 'abc',
  detector: 'hosts',
  type: 'none',
  note: '',
  backend: 'none',
  seed: 1,
  features: ['cpu'],
  windows: [4],
  groups: [],
  entities: [],
};
const file = { model: Uint8Array.from([1, 2, 3]), calibration: Uint8Array.from([9]), card };

/** A model without members: detector, rows, features, groups, cohorts and entities are none. */
function emptyModel(format: number, grid: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from([format, 0, 1, 1, 0, 0, 0, 0, ...grid]).buffer);
}

describe('a model file', () => {
  it('gives back its sections', () => {
    expect(unpackModelFile(packModelFile(file))).toEqual(file);
  });

  it('is refused if any bit of it changed or any byte is missing', () => {
    const bytes = packModelFile(file);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (index, bit) => {
        const changed = bytes.slice();
        changed[index] = (changed[index] ?? 0) ^ (1 << bit);
        expect(() => unpackModelFile(changed)).toThrow(/corrupt|not a strayd model file/);
        expect(() => unpackModelFile(bytes.slice(0, index))).toThrow(/corrupt|not a strayd model file/);
      }),
    );
  });

  it('is refused when its model is of another format', async () => {
    const bytes = packModelFile({ ...file, model: new Uint8Array(Float64Array.from([99]).buffer) });
    await expect(loadModel(bytes, 'wasm')).rejects.toThrow('model format 99');
  });

  it('is refused when its model ends early', async () => {
    const bytes = packModelFile({ ...file, model: new Uint8Array(Float64Array.from([2, 100]).buffer) });
    await expect(loadModel(bytes, 'wasm')).rejects.toThrow('model bytes end early');
  });

  it('of a format to come is refused, and one without a step and windows is read', async () => {
    const of = (format: number): Uint8Array =>
      packModelFile({ ...file, model: emptyModel(format, format >= 5 ? [60_000, 2, 4, 16] : []) });
    await expect(loadModel(of(6), 'wasm')).rejects.toThrow('model format 6 is not the 5');
    expect((await loadModel(of(4), 'wasm')).grid).toBeNull();
    expect((await loadModel(of(5), 'wasm')).grid).toEqual({ stepMs: 60_000, windows: [4, 16] });
  });

  it.each([Number.NaN, Infinity])('is refused when a weight of it is %s', (weight) => {
    const forecast = new ByteWriter().number(1).float32(Float32Array.of(0.5, weight)).finish();
    expect(() => new ByteReader(forecast.subarray(8)).weights()).toThrow(
      'a weight of the model is no finite number',
    );
    const autoencoder = new ByteWriter().number(1).number(2).float32(Float32Array.of(weight, 1)).finish();
    expect(() => linearAutoencoder.load(autoencoder, {} as Kernels)).toThrow('no finite number');
  });

  it('names a model by its bytes', () => {
    expect(versionOf(Uint8Array.from([1]))).toMatch(/^[0-9a-f]{12}$/);
    expect(versionOf(Uint8Array.from([1]))).not.toBe(versionOf(Uint8Array.from([2])));
  });
});
