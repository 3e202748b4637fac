import { describe, expect, it } from 'vitest';
import { CLUSTER_GAP, Declusterer } from '../../src/core/declusterer.ts';

function peaks(scores: readonly (readonly [number, number])[]): number[] {
  const clusters = new Declusterer(1);
  const closed = scores.flatMap(([step, score]) => clusters.add(step, score)?.peak ?? []);
  return [...closed, ...[clusters.close()?.peak ?? []].flat()];
}

describe('Declusterer', () => {
  it('takes peaks at most 16 steps apart as one', () => {
    expect(
      peaks([
        [0, 2],
        [10, 0],
        [CLUSTER_GAP, 3],
        [2 * CLUSTER_GAP, 1.5],
      ]),
    ).toEqual([3]);
  });

  it('begins a new cluster after a longer quiet, also if the rows between are missing', () => {
    expect(
      peaks([
        [0, 2],
        [CLUSTER_GAP + 1, 1.5],
        [60, 0],
        [80, 4],
      ]),
    ).toEqual([2, 1.5, 4]);
  });

  it('sees nothing in scores at or below the level', () => {
    expect(
      peaks([
        [0, 1],
        [1, 0.5],
      ]),
    ).toEqual([]);
  });
});
