import { describe, expect, it } from 'vitest';
import { historyRows, RowHistory } from '../../src/pipeline/row-history.ts';
import { fakeSpec } from './scoring/fake-scoring-model.ts';

describe('row history', () => {
  it('holds the newest rows up to its limit, oldest first', () => {
    const history = new RowHistory(2, 5);
    for (let row = 1; row <= 100; row++) {
      history.push(Float64Array.of(row, -row));
      const first = Math.max(1, row - 4);
      const expected = Array.from({ length: row - first + 1 }, (_, index) => [
        first + index,
        -(first + index),
      ]);
      expect(history.count).toBe(expected.length);
      expect([...history.copy()]).toEqual(expected.flat());
    }
  });

  it('starts over after a break', () => {
    const history = new RowHistory(1, 3);
    [1, 2, 3, 4].forEach((value) => history.push(Float64Array.of(value)));
    history.clear();
    history.push(Float64Array.of(9));
    expect([...history.copy()]).toEqual([9]);
  });

  it('spans the longest window, and 64 rows at least', () => {
    expect(historyRows(fakeSpec({ windows: [4] }))).toBe(64);
    expect(historyRows(fakeSpec({ windows: [4, 128] }))).toBe(128);
  });
});
