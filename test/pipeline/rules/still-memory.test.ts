import { describe, expect, it } from 'vitest';
import { StillMemory } from '../../../src/pipeline/rules/still-memory.ts';

const HEARD = Uint8Array.of(1);

/** One feature that shows these values, a step each. */
function shown(values: readonly number[], keptSteps = 1000): StillMemory {
  const memory = new StillMemory(1);
  values.forEach((value, step) => memory.advance(step, Float64Array.of(value), HEARD, keptSteps));
  return memory;
}

describe('StillMemory', () => {
  it('counts the present run, the longest before it, and how often the value moved', () => {
    expect(shown([1, 1, 1, 2, 3, 3]).reading(0)).toEqual({
      value: 3,
      sinceStep: 4,
      run: 2,
      longest: 3,
      seen: 4,
      moved: 2,
    });
  });

  it('passes over what is missing, and what was only carried over', () => {
    const memory = shown([1, Number.NaN, 1]);
    expect(memory.run(0)).toBe(2);
    memory.advance(3, Float64Array.of(1), Uint8Array.of(0), 1000);
    expect(memory.run(0)).toBe(2);
  });

  it('takes a run that was told of for usual once the like has come again', () => {
    const memory = shown([1, 2]);
    const rest = (value: number, steps: number): void => {
      for (let step = 0; step < steps; step++) memory.advance(step, Float64Array.of(value), HEARD, 1000);
      memory.setTold(0, true);
      memory.advance(0, Float64Array.of(value + 0.5), HEARD, 1000);
      memory.setTold(0, false);
    };
    const before = memory.reading(0).seen;
    rest(10, 40);
    expect(memory.reading(0)).toMatchObject({ longest: 1, seen: before + 1 });
    rest(20, 30);
    expect(memory.reading(0).longest).toBe(30);
  });

  it('halves its counts, so that old ways are forgotten, and begins anew after a silence', () => {
    const memory = shown([1, 2, 3, 4, 5, 6, 7], 4);
    expect(memory.reading(0)).toMatchObject({ seen: 2, moved: 2 });
    memory.breakRuns();
    memory.advance(9, Float64Array.of(7), HEARD, 1000);
    expect(memory.reading(0)).toMatchObject({ run: 1, sinceStep: 9, longest: 1 });
  });

  it('comes back from its bytes to the bit', () => {
    const memory = shown([0.1 + 0.2, 5e-324, 5e-324]);
    memory.setTold(0, true);
    const copy = new StillMemory(1);
    copy.readFeature(0, memory.featureBytes(0));
    expect(copy.reading(0)).toEqual(memory.reading(0));
    expect(copy.isTold(0)).toBe(true);
    expect(copy.toBytes()).toEqual(memory.toBytes());
  });
});
