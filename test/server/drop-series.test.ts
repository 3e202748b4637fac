import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { dropSeries } from '../../src/server/drop-series.ts';

it('takes out the series of what is no more, of every type, and no others', async () => {
  const registry = new Registry();
  const common = { help: 'h', registers: [registry] };
  const gauge = new Gauge({ ...common, name: 'g', labelNames: ['detector', 'entity'] });
  const counter = new Counter({ ...common, name: 'c_total', labelNames: ['detector'] });
  const histogram = new Histogram({ ...common, name: 'h', labelNames: ['detector'], buckets: [1] });
  for (const detector of ['hosts', 'apps']) {
    gauge.set({ detector, entity: 'a' }, 1);
    gauge.set({ detector, entity: 'b' }, 1);
    counter.inc({ detector });
    histogram.observe({ detector }, 0.5);
  }
  await dropSeries(registry, { detector: 'hosts' }, 'gauge');
  expect((await registry.metrics()).match(/detector="hosts"/g)).toHaveLength(5);
  await dropSeries(registry, { detector: 'hosts' });
  const text = await registry.metrics();
  expect(text).not.toContain('hosts');
  expect(text.match(/detector="apps"/g)).toHaveLength(7);
});
