import { expect, it } from 'vitest';
import { trainingEntities } from '../../src/app/training-entities.ts';

it('vectors become segments by entity, in order of their steps and cut where one is missing', () => {
  const vector = (entity: string, step: number) => ({
    detector: 'hosts',
    entity,
    step,
    values: Float64Array.of(step, -step),
    filled: false,
  });
  const vectors = [vector('a', 3), vector('b', 1), vector('a', 2), vector('a', 6), vector('b', 2)];
  expect(trainingEntities(vectors)).toEqual([
    {
      entity: 'a',
      cohort: '',
      segments: [
        { firstStep: 2, count: 2, values: Float64Array.of(2, -2, 3, -3) },
        { firstStep: 6, count: 1, values: Float64Array.of(6, -6) },
      ],
    },
    {
      entity: 'b',
      cohort: '',
      segments: [{ firstStep: 1, count: 2, values: Float64Array.of(1, -1, 2, -2) }],
    },
  ]);
  expect(trainingEntities([])).toEqual([]);
});
