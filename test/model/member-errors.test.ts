import { describe, expect, it } from 'vitest';
import type { Autoencoder } from '../../src/model/autoencoder.ts';
import type { ScaledEntity } from '../../src/model/fit-input.ts';
import { autoencoderErrors } from '../../src/model/member-errors.ts';

const scale = {
  counts: new Float64Array(1),
  mean: new Float64Array(1),
  sd: new Float64Array(1),
  low: new Float64Array(1),
  high: new Float64Array(1),
};
const stretch = (count: number): { rows: Float32Array; count: number } => ({
  rows: Float32Array.from({ length: count }, (_, row) => row),
  count,
});
const entity: ScaledEntity = {
  entity: 'a',
  scale,
  training: [stretch(8003)],
  holdOut: [stretch(1000), stretch(1003)],
  trainingRows: 8003,
};
/** Ten multiplications a window of four rows; its error is the window's first row. */
const autoencoder: Autoencoder = {
  kind: 'linear',
  steps: 4,
  features: 1,
  shape: [1, 5, 1],
  errors: (windows, count) => Float64Array.from({ length: count }, (_, window) => windows[4 * window]!),
  save: () => new Uint8Array(0),
  dispose: () => undefined,
};
const windowsOf = (work: number): number[] => {
  const { training, holdOut } = autoencoderErrors(autoencoder, entity, work);
  return [training, holdOut].map((parts) => parts.reduce((sum, part) => sum + part.length, 0));
};

describe('autoencoderErrors', () => {
  it('measures every window that the work allows, each in its place', () => {
    expect(windowsOf(1e9)).toEqual([8000, 1997]);
    const { training } = autoencoderErrors(autoencoder, entity, 1e9);
    expect([...(training[0] ?? [])]).toEqual(Array.from({ length: 8000 }, (_, row) => row));
  });

  it('spends what is short on the hold-out first, and never measures too few', () => {
    expect(windowsOf(30_000)).toEqual([1003, 1997]);
    expect(windowsOf(0)).toEqual([500, 1500]);
  });
});
