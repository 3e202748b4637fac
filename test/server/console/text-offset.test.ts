import { describe, expect, it } from 'vitest';
import { offsetOf } from '../../../src/server/console/text-offset.ts';

describe('a place in a text', () => {
  const text = 'ab\n\ncde';

  it.each([
    [1, 1, 0],
    [1, 3, 2],
    [2, 1, 3],
    [3, 2, 5],
  ])('line %i, column %i is after %i characters', (line, column, at) => {
    expect(offsetOf(text, line, column)).toBe(at);
  });

  it('beyond the end is the end', () => {
    expect(offsetOf(text, 9, 9)).toBe(text.length);
  });
});
