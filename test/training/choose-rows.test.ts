import { describe, expect, it } from 'vitest';
import { chooseRows } from '../../src/training/choose-rows.ts';
import type { TrainingSegment } from '../../src/training/training-input.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';
import { fc } from '../support/properties.ts';

const spec = fakeSpec();

function segment(firstStep: number, count: number): TrainingSegment {
  const values = Float64Array.from({ length: count * 2 }, (_, i) => firstStep + Math.floor(i / 2));
  return { firstStep, count, values };
}

const entity = (...segments: TrainingSegment[]) => ({ entity: 'a', cohort: 'web', segments });
const span = (firstStep: number, lastStep: number, of = 'a') => ({
  entity: of,
  firstStep,
  lastStep,
  reason: 'alert',
});
const shape = (stretches: readonly TrainingSegment[]) => stretches.map((one) => [one.firstStep, one.count]);

describe('chooseRows', () => {
  it('cuts excluded spans out, with their ends, and leaves other entities alone', () => {
    const chosen = chooseRows(entity(segment(100, 100)), [span(120, 129), span(0, 999, 'b')], spec);
    expect(shape(chosen.stretches)).toEqual([
      [100, 20],
      [130, 70],
    ]);
    expect(chosen.leftOut).toEqual({ alert: 10 });
    expect(chosen.stretches[1]?.values[0]).toBe(130);
  });

  it('makes the newest fifth of the rows hold-out', () => {
    expect(chooseRows(entity(segment(0, 50), segment(1000, 50)), [], spec).holdOutFrom).toBe(1030);
    expect(chooseRows(entity(), [], spec).holdOutFrom).toBe(Infinity);
  });

  it('leaves out rows older than the span, without a value, and pieces shorter than the shortest window', () => {
    const holes = segment(20_000, 20);
    holes.values.fill(Number.NaN, 2 * 3, 2 * 4);
    const chosen = chooseRows(entity(segment(0, 10), holes), [], spec);
    expect(chosen.leftOut).toEqual({ older_than_span: 10, no_value: 1, too_short: 3 });
    expect(shape(chosen.stretches)).toEqual([[20_004, 16]]);
  });

  it('accounts for every row, and never keeps one of an excluded step', () => {
    const spans = fc.array(
      fc.tuple(fc.nat(300), fc.nat(40)).map(([first, length]) => span(first, first + length)),
    );
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(spans, lengths, (excluded, counts) => {
        let next = 0;
        const segments = counts.map((count) => {
          const one = segment(next, count);
          next += count + 2;
          return one;
        });
        const chosen = chooseRows(entity(...segments), excluded, spec);
        const left = Object.values(chosen.leftOut).reduce((sum, count) => sum + count, 0);
        expect(chosen.rows + left).toBe(counts.reduce((sum, count) => sum + count, 0));
        for (const { firstStep, count, values } of chosen.stretches) {
          expect(excluded.some((one) => firstStep <= one.lastStep && firstStep + count > one.firstStep)).toBe(
            false,
          );
          expect(values.length).toBe(2 * count);
          expect(values[2 * count - 1]).toBe(firstStep + count - 1);
        }
      }),
    );
  });
});
