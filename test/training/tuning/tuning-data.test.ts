import { describe, expect, it } from 'vitest';
import { segmentsBefore, tuningData } from '../../../src/training/tuning/tuning-data.ts';
import { FIRST_STEP, ROWS, tunableEntities, tunableSpec } from './tuning-fixtures.ts';

describe('tuningData', () => {
  it('splits normal rows by age: the oldest to learn from, newer ones to choose by, the newest to judge by', () => {
    const [data] = tuningData(tunableEntities(['a']), [], tunableSpec);
    expect(data?.selectFrom).toBe(FIRST_STEP + 0.7 * ROWS);
    expect(data?.judgeFrom).toBe(FIRST_STEP + 0.85 * ROWS);
    expect(data?.spreads.every((spread) => spread > 0)).toBe(true);
  });

  it('counts rows that training leaves out in no part', () => {
    const excluded = [
      { entity: 'a', firstStep: FIRST_STEP, lastStep: FIRST_STEP + 99, reason: 'labelled_real' },
    ];
    const [data] = tuningData(tunableEntities(['a']), excluded, tunableSpec);
    expect(data?.selectFrom).toBe(FIRST_STEP + 100 + 0.7 * (ROWS - 100));
    expect(data?.stretches.map(({ firstStep }) => firstStep)).toEqual([FIRST_STEP + 100]);
  });

  it('says how much there is and how much is wanted', () => {
    const young = tunableEntities(['a']).map((entity) => ({
      ...entity,
      segments: [{ firstStep: 5, count: 40, values: new Float64Array(80).fill(1) }],
    }));
    const wanted = new RegExp(`40 normal steps, ${tunableSpec.training.minSteps} are wanted`);
    expect(() => tuningData(young, [], tunableSpec)).toThrow(wanted);
  });
});

describe('segmentsBefore', () => {
  it('cuts the stretch across the step and leaves later ones out', () => {
    const of = (firstStep: number) => ({
      firstStep,
      count: 10,
      values: new Float64Array(20).fill(firstStep),
    });
    const cut = segmentsBefore([of(0), of(20), of(40)], 23);
    expect(cut.map(({ firstStep, count, values }) => [firstStep, count, values.length])).toEqual([
      [0, 10, 20],
      [20, 3, 6],
    ]);
  });
});
