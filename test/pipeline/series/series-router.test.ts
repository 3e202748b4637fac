import { describe, expect, it } from 'vitest';
import { SeriesRouter } from '../../../src/pipeline/series/series-router.ts';
import { fakeSpec } from '../scoring/fake-scoring-model.ts';

const spec = fakeSpec({
  select: [{ label: 'job', op: '=', value: 'node' }],
  cohort: ['role'],
  features: [
    { name: 'all', metric: 'cpu', where: [], as: 'rate', aggregate: 'sum', unit: '' },
    {
      name: 'busy',
      metric: 'cpu',
      where: [{ label: 'mode', op: '!=', value: 'idle' }],
      as: 'rate',
      aggregate: 'sum',
      unit: '',
    },
  ],
});
const labels = { job: 'node', instance: 'a', mode: 'user', role: 'db' };

describe('the series router', () => {
  it('leads a series to every feature that it serves', () => {
    const router = new SeriesRouter([{ index: 3, spec }], 100);
    const routes = router.routes('cpu', labels);
    expect(
      routes.map(({ detector, feature, entity, cohort }) => [detector, feature, entity, cohort]),
    ).toEqual([
      [3, 0, 'a', 'db'],
      [3, 1, 'a', 'db'],
    ]);
    expect(router.routes('cpu', { ...labels, mode: 'idle' }).map(({ feature }) => feature)).toEqual([0]);
  });

  it('leads nowhere what is not selected or has no entity', () => {
    const router = new SeriesRouter([{ index: 0, spec }], 100);
    expect(router.routes('mem', labels)).toEqual([]);
    expect(router.routes('cpu', { ...labels, job: 'db' })).toEqual([]);
    expect(router.routes('cpu', { job: 'node' })).toEqual([]);
  });

  it('leads the series of a histogram to what is made of them, all under one hash', () => {
    const ofHistogram = { metric: 'api', where: [], aggregate: 'sum', unit: 's' } as const;
    const features = [
      { ...ofHistogram, name: 'mean', as: 'mean' },
      { ...ofHistogram, name: 'p99', as: 'quantile', quantile: 0.99 },
      { ...ofHistogram, name: 'rate', metric: 'api_count', as: 'rate' },
    ] as const;
    const router = new SeriesRouter([{ index: 0, spec: { ...spec, features } }], 100);
    const routesOf = (metric: string, le?: string) =>
      router.routes(metric, le === undefined ? labels : { ...labels, le });
    const parts = [
      routesOf('api_sum'),
      routesOf('api_count'),
      ...['+Inf', '1.0', '1e-3'].map((le) => routesOf('api_bucket', le)),
    ];
    expect(parts.map((routes) => routes.map(({ feature, part }) => [feature, part]))).toEqual([
      [[0, 0]],
      [
        [0, 1],
        [2, 0],
      ],
      [[1, Infinity]],
      [[1, 1]],
      [[1, 0.001]],
    ]);
    const [count] = routesOf('api_count').slice(1);
    const hashes = parts
      .flat()
      .filter(({ feature }) => feature < 2)
      .map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(1);
    expect(hashes).not.toContain(count?.hash);
    expect(router.routes('api_bucket', { ...labels, le: '1', path: '/' })[0]?.hash).not.toBe(hashes[0]);
    for (const le of ['', 'NaN', 'ten', '1 ', '0x10']) expect(routesOf('api_bucket', le)).toEqual([]);
    expect([...routesOf('api'), ...routesOf('api_bucket')]).toEqual([]);
  });

  it('gives the same routes again for other objects with the same labels', () => {
    const router = new SeriesRouter([{ index: 0, spec }], 100);
    expect(router.routes('cpu', { ...labels })).toBe(router.routes('cpu', { ...labels }));
  });

  it('takes no label value for the labels that it looks like', () => {
    const router = new SeriesRouter([{ index: 0, spec }], 100);
    const hostile = { ...labels, instance: 'a\u0000mode\u0000user\u0000role\u0000db' };
    const entities = [{ job: 'node', instance: 'a', mode: 'user', role: 'db' }, hostile].map(
      (own) => router.routes('cpu', own)[0]?.entity,
    );
    expect(entities[1]).not.toBe(entities[0]);
    const split = { job: 'node', instance: 'a\u0000mode\u0000idle' };
    const whole = { job: 'node', instance: 'a', mode: 'idle' };
    expect(router.routes('cpu', split)[0]?.entity).toBe(split.instance);
    expect(router.routes('cpu', whole)[0]?.entity).toBe('a');
  });

  it('finds a series whose labels are stable by them, without looking at their names', () => {
    const router = new SeriesRouter([{ index: 0, spec }], 100);
    const own = { ...labels };
    const found = router.routes('cpu', own, true);
    expect(found).toEqual(router.routes('cpu', { ...labels }));
    expect(router.routes('cpu', own, true)).toBe(found);
    expect(router.routes('cpu', { ...labels }, true)).not.toBe(found);
  });

  it('remembers what is in use and forgets the rest when there are too many', () => {
    const router = new SeriesRouter([{ index: 0, spec }], 8);
    const used = router.routes('cpu', labels);
    const unused = router.routes('cpu', { ...labels, instance: 'unused' });
    for (let index = 0; index < 100; index++) {
      router.routes('cpu', { ...labels, instance: `host-${index}` });
      expect(router.routes('cpu', labels)).toBe(used);
    }
    expect(router.routes('cpu', { ...labels, instance: 'unused' })).not.toBe(unused);
  });
});
