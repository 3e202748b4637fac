import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../../src/training/injected-faults.ts';
import { drawEpisodes } from '../../../src/training/tuning/episodes.ts';
import { tuningData } from '../../../src/training/tuning/tuning-data.ts';
import { FIRST_STEP, tunableEntities, tunableSpec } from './tuning-fixtures.ts';

const FEATURES = 2;
const HISTORY = 64;
const entities = tuningData(tunableEntities(['a', 'b', 'c']), [], tunableSpec);
const draw = (part: 'select' | 'judge', seed = 1) =>
  drawEpisodes(entities, { part, features: FEATURES, history: HISTORY }, seed);

/** The row of the entity whose values begin the episode. */
function startOf(episode: ReturnType<typeof draw>[number]): number {
  const values = entities.find(({ entity }) => entity === episode.entity)?.stretches[0]?.values;
  const at = values?.indexOf(episode.rows[0] ?? Number.NaN) ?? -1;
  expect(values?.slice(at, at + HISTORY * FEATURES)).toEqual(episode.rows.slice(0, HISTORY * FEATURES));
  return at / FEATURES;
}

describe('drawEpisodes', () => {
  it('draws every kind, on every entity', () => {
    const episodes = draw('select');
    expect(new Set(episodes.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(new Set(episodes.map(({ entity }) => entity))).toEqual(new Set(['a', 'b', 'c']));
    expect(episodes.every(({ rows, faulty }) => rows.length === (HISTORY + faulty) * FEATURES)).toBe(true);
  });

  it('puts faults into their part alone, after rows as they were', () => {
    for (const part of ['select', 'judge'] as const) {
      for (const episode of draw(part)) {
        const first = FIRST_STEP + startOf(episode) + HISTORY;
        const entity = entities.find((one) => one.entity === episode.entity);
        const [from, to] =
          part === 'select'
            ? [entity?.selectFrom ?? 0, entity?.judgeFrom ?? 0]
            : [entity?.judgeFrom ?? 0, Infinity];
        expect(first).toBeGreaterThanOrEqual(from);
        expect(first + episode.faulty).toBeLessThanOrEqual(to);
      }
    }
  });

  it('repeats with its seed, and judges by other places than it selects by', () => {
    expect(draw('select')).toEqual(draw('select'));
    expect(draw('select', 2)).not.toEqual(draw('select'));
  });

  it('draws none where there is no room', () => {
    expect(drawEpisodes(entities, { part: 'judge', features: FEATURES, history: 5000 }, 1)).toEqual([]);
    expect(drawEpisodes([], { part: 'judge', features: FEATURES, history: 10 }, 1)).toEqual([]);
  });
});
