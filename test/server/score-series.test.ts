import { describe, expect, it } from 'vitest';
import { ScoreSeries } from '../../src/server/score-series.ts';

const options = { limit: 2, repickMs: 1000 };

function filled(scores: Readonly<Record<string, number>>): ScoreSeries {
  const series = new ScoreSeries(options);
  for (const [entity, score] of Object.entries(scores)) series.update(entity, score);
  return series;
}

const names = (series: ScoreSeries, nowMs: number): string[] =>
  series
    .visible(nowMs)
    .shown.map(({ entity }) => entity)
    .sort();

describe('ScoreSeries', () => {
  it('shows all entities while they are few enough', () => {
    expect(filled({ a: 0.1, b: 0.2 }).visible(0)).toEqual({
      shown: [
        { entity: 'a', score: 0.1 },
        { entity: 'b', score: 0.2 },
      ],
      omitted: 0,
    });
  });

  it('shows the highest of many, and says how many it leaves out', () => {
    const series = filled({ a: 0.1, b: 0.9, c: 0.5, d: 0.2 });
    expect(names(series, 0)).toEqual(['b', 'c']);
    expect(series.visible(0).omitted).toBe(2);
  });

  it('keeps its choice until the time to pick anew, with the newest scores', () => {
    const series = filled({ a: 0.1, b: 0.9, c: 0.5 });
    expect(names(series, 0)).toEqual(['b', 'c']);
    series.update('a', 2);
    series.update('b', 0.3);
    expect(names(series, 999)).toEqual(['b', 'c']);
    expect(series.visible(999).shown).toContainEqual({ entity: 'b', score: 0.3 });
    expect(names(series, 1000)).toEqual(['a', 'c']);
  });

  it('always shows pinned entities, and no forgotten ones', () => {
    const series = filled({ a: 0.1, b: 0.9, c: 0.5, d: 0.4 });
    series.pin('a');
    expect(names(series, 0)).toEqual(['a', 'b', 'c']);
    series.unpin('a');
    series.forget('b');
    expect(names(series, 1)).toEqual(['c']);
  });
});
