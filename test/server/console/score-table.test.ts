import { describe, expect, it } from 'vitest';
import { scoreLevel } from '../../../src/server/console/score-level.ts';
import { ScoreTable } from '../../../src/server/console/score-table.ts';

describe('the table of scores', () => {
  const names = (table: ScoreTable): string[] => table.ranked('hosts').map(({ entity }) => entity);

  it('ranks the highest first, equal ones by name', () => {
    const table = new ScoreTable();
    table.replace([
      {
        detector: 'hosts',
        scores: [
          ['c', 0, 1],
          ['a', 2, 1],
          ['b', 0, 1],
        ],
      },
    ]);
    expect(names(table)).toEqual(['a', 'b', 'c']);
    table.update([{ detector: 'hosts', scores: [['c', 3, 2]], forgotten: ['b'] }]);
    expect(names(table)).toEqual(['c', 'a']);
    expect(table.of('hosts', 'c')).toEqual({ entity: 'c', score: 3, stepEndMs: 2 });
    expect([table.of('hosts', 'b'), table.of('pods', 'c'), table.ranked('pods')]).toEqual([null, null, []]);
  });

  it('gives the same list until something changes, so that nothing is drawn twice', () => {
    const table = new ScoreTable();
    table.update([{ detector: 'hosts', scores: [['a', 1, 1]] }]);
    const before = table.ranked('hosts');
    expect(table.ranked('hosts')).toBe(before);
    table.update([{ detector: 'hosts', scores: [['a', 1, 2]] }]);
    expect(table.ranked('hosts')).not.toBe(before);
  });

  it.each([
    [-1, 0],
    [0.49, 0],
    [0.5, 1],
    [0.99, 2],
    [1, 3],
    [1.5, 4],
    [10, 5],
  ])('puts score %d on level %d', (score, level) => expect(scoreLevel(score)).toBe(level));
});
