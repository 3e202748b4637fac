import { expect, it } from 'vitest';
import { proposeEntity } from '../../../src/app/discovery/propose-entity.ts';
import type { SeenSeries } from '../../../src/app/discovery/series-census.ts';

const series = (metric: string, labels: Record<string, string>): SeenSeries => ({
  metric,
  labels,
  times: [0],
  values: [1],
  stretches: [0],
});

it('takes the label that whole things have, not the one that cuts a metric into parts', () => {
  const all = ['a', 'b', 'c'].flatMap((host) => [
    series('load', { host, job: 'node' }),
    series('memory', { host, job: 'node' }),
    ...['user', 'system', 'idle'].map((mode) => series('cpu', { host, job: 'node', mode })),
  ]);
  const [best, ...others] = proposeEntity(all);
  expect(best).toEqual({ label: 'host', values: 3, coverage: 1, completeness: 1, examples: ['a', 'b', 'c'] });
  expect(others.map(({ label }) => label)).toEqual(['job', 'mode']);
});

it('prefers the usual name of two labels that cut alike, whatever their order', () => {
  const all = ['a', 'b'].map((host) => series('load', { address: host, pod: host, zz: host }));
  expect(proposeEntity(all).map(({ label }) => label)).toEqual(['pod', 'address', 'zz']);
});

it('proposes nothing where no label is on most series', () => {
  expect(proposeEntity([series('a', {}), series('b', {}), series('c', { host: 'x' })])).toEqual([]);
  expect(proposeEntity([])).toEqual([]);
});
