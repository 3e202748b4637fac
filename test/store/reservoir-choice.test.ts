import { describe, expect, it } from 'vitest';
import { chooseEvictions } from '../../src/store/reservoir-choice.ts';
import type { ReservoirEntry } from '../../src/store/reservoir-choice.ts';
import { stableHash } from '../../src/store/stable-hash.ts';
import { fc } from '../support/properties.ts';

function entry(entityId: number, block: number, cellCount = 10): ReservoirEntry {
  return {
    entityId,
    entityHash: stableHash(entityId),
    blockStep: block * 256,
    hourOfWeek: block % 5,
    hash: stableHash(entityId, block),
    cellCount,
  };
}

/** Puts entries in one by one or in batches, as the store does. */
function fill(
  batches: readonly (readonly ReservoirEntry[])[],
  maxCells: number,
): Map<number, ReservoirEntry[]> {
  const held = new Map<number, ReservoirEntry[]>();
  for (const batch of batches) {
    for (const item of batch) held.set(item.entityId, [...(held.get(item.entityId) ?? []), item]);
    for (const gone of chooseEvictions(held, maxCells)) {
      held.set(
        gone.entityId,
        (held.get(gone.entityId) ?? []).filter((item) => item.blockStep !== gone.blockStep),
      );
    }
  }
  return held;
}

function names(held: Map<number, ReservoirEntry[]>): string[] {
  return [...held.values()]
    .flat()
    .map(({ entityId, blockStep }) => `${entityId}/${blockStep}`)
    .sort();
}

const BLOCKS = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 40 })), {
  selector: ([entity, block]) => entity * 1000 + block,
  maxLength: 80,
});

describe('chooseEvictions', () => {
  it('leaves everything while there is room', () => {
    expect(chooseEvictions(new Map([[1, [entry(1, 0), entry(1, 1)]]]), 20)).toEqual([]);
  });

  it('ends with the same blocks whatever order and batches they came in, and never above the bound', () => {
    fc.assert(
      fc.property(BLOCKS, fc.integer({ min: 1, max: 30 }), fc.integer(), (blocks, room, seed) => {
        const entries = blocks.map(([entity, block]) => entry(entity, block));
        const shuffled = [...entries].sort((a, b) => stableHash(seed, a.hash) - stableHash(seed, b.hash));
        const oneByOne = fill(
          shuffled.map((item) => [item]),
          room * 10,
        );
        const atOnce = fill([entries], room * 10);
        expect(names(oneByOne)).toEqual(names(atOnce));
        expect(names(atOnce)).toHaveLength(Math.min(room, blocks.length));
      }),
    );
  });

  it('spreads what stays over the entities, and over the hours of the week in each', () => {
    const entries = [1, 2, 3].flatMap((entity) =>
      Array.from({ length: entity * 20 }, (_, block) => entry(entity, block)),
    );
    const held = fill([entries], 3 * 10 * 10);
    expect([...held.values()].map((list) => list.length)).toEqual([10, 10, 10]);
    for (const list of held.values()) {
      const perHour = [0, 1, 2, 3, 4].map((hour) => list.filter((item) => item.hourOfWeek === hour).length);
      expect(perHour).toEqual([2, 2, 2, 2, 2]);
    }
  });

  it('keeps to the bound with blocks of unequal size', () => {
    fc.assert(
      fc.property(BLOCKS, fc.integer({ min: 1, max: 300 }), (blocks, maxCells) => {
        const held = fill([blocks.map(([entity, block]) => entry(entity, block, 1 + (block % 7)))], maxCells);
        const total = [...held.values()].flat().reduce((sum, item) => sum + item.cellCount, 0);
        expect(total).toBeLessThanOrEqual(maxCells);
      }),
    );
  });
});
