import { expect, it } from 'vitest';
import type { DetectorSpec, FeatureSpec } from '../../src/core/detector.ts';
import { culpritQuery } from '../../src/delivery/culprit-query.ts';
import { detectorSpec } from '../store/sample-checkpoints.ts';
import { prometheusBinary, startPrometheus } from '../support/prometheus.ts';
import { firingAlert } from './alert-fixtures.ts';
import { fc } from '../support/properties.ts';

const latency: FeatureSpec = {
  name: 'latency',
  metric: 'request_seconds_total',
  where: [{ label: 'code', op: '!~', value: '5..' }],
  as: 'rate',
  aggregate: 'sum',
  unit: 's',
};
const spec = (change: Partial<DetectorSpec> = {}): DetectorSpec => ({
  ...detectorSpec(),
  select: [{ label: 'job', op: '=', value: 'api' }],
  entity: ['instance', 'zone'],
  features: [latency],
  stepMs: 15_000,
  ...change,
});
const alert = firingAlert(0, { labels: { instance: 'db-3', zone: '' } });

it('is the leading feature of that entity, as the detector makes it', () => {
  expect(culpritQuery(alert, spec())).toBe(
    'sum by (instance, zone) (rate(request_seconds_total{job="api",code!~"5..",instance="db-3",zone=""}[60s]))',
  );
  const gauge = spec({ features: [{ ...latency, as: 'gauge', aggregate: 'mean', where: [] }] });
  expect(culpritQuery(alert, gauge)).toBe(
    'avg by (instance, zone) (request_seconds_total{job="api",instance="db-3",zone=""})',
  );
});

it('makes of a histogram what Prometheus has for it', () => {
  const ofHistogram = { ...latency, metric: 'api_seconds', where: [] };
  const p99 = spec({ features: [{ ...ofHistogram, as: 'quantile', quantile: 0.99 }] });
  expect(culpritQuery(alert, p99)).toBe(
    'histogram_quantile(0.99, sum by (instance, zone, le) (rate(api_seconds_bucket{job="api",instance="db-3",zone=""}[60s])))',
  );
  const mean = spec({ entity: ['instance'], features: [{ ...ofHistogram, as: 'mean' }] });
  expect(culpritQuery(alert, mean)).toBe(
    'sum by (instance) (rate(api_seconds_sum{job="api",instance="db-3"}[60s])) / sum by (instance) (rate(api_seconds_count{job="api",instance="db-3"}[60s]))',
  );
});

it('looks back over four steps for a rate where steps are long', () => {
  expect(culpritQuery(alert, spec({ stepMs: 300_000 }))).toContain('[1200s]');
});

it('escapes values, and puts names into the braces that PromQL would not read', () => {
  const odd = firingAlert(0, { labels: { instance: 'a"b\\c\nd', zone: 'x' } });
  const dotted = spec({ features: [{ ...latency, metric: 'http.server.duration', as: 'gauge', where: [] }] });
  expect(culpritQuery(odd, dotted)).toBe(
    'sum by (instance, zone) ({__name__="http.server.duration",job="api",instance="a\\"b\\\\c\\nd",zone="x"})',
  );
});

it('escapes the character that stands for broken UTF-8, which PromQL would refuse', () => {
  const odd = firingAlert(0, { labels: { instance: 'a\ufffdb', zone: 'x' } });
  expect(culpritQuery(odd, spec())).toContain('instance="a\\ufffdb"');
});

it('is none without a feature, or if the detector has it no more', () => {
  expect(culpritQuery(firingAlert(0, { contributions: [] }), spec())).toBeNull();
  expect(culpritQuery(alert, spec({ features: [{ ...latency, name: 'other' }] }))).toBeNull();
  expect(culpritQuery(alert, null)).toBeNull();
});

it.skipIf(prometheusBinary.path === null)(
  `is read by a real Prometheus, whatever the labels hold${prometheusBinary.note}`,
  async () => {
    const prometheus = await startPrometheus({ targets: [] });
    const metric = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:.]{0,30}$/);
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const anyFeature = fc.record({
      metric,
      as: fc.constantFrom('rate' as const, 'gauge' as const, 'mean' as const, 'quantile' as const),
      quantile: fc.double({ min: 0, max: 1, noNaN: true }),
      aggregate: fc.constantFrom('sum' as const, 'mean' as const, 'min' as const, 'max' as const),
      where: fc.array(fc.record({ label: fc.constant('mode'), op: fc.constant('!=' as const), value: text })),
    });
    try {
      await fc.assert(
        fc.asyncProperty(anyFeature, text, text, async (change, instance, zone) => {
          const odd = firingAlert(0, { labels: { instance, zone } });
          const query = culpritQuery(odd, spec({ features: [{ ...latency, ...change }] })) ?? '';
          const body = new URLSearchParams({ query });
          const response = await fetch(`${prometheus.url}/api/v1/query`, { method: 'POST', body });
          expect(await response.json()).toMatchObject({ status: 'success' });
        }),
        { numRuns: 100 },
      );
    } finally {
      await prometheus.stop();
    }
  },
  60_000,
);
