import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { findingOf } from '../../src/app/look-at-topics.ts';
import { prometheusJson } from '../../src/ingest/formats/prometheus-json.ts';
import { onlineLines } from '../../src/cli/online-report.ts';
import { sharingRefusal } from '../../src/app/sharing-refusal.ts';
import { detectorSpec } from '../store/sample-checkpoints.ts';

const SPEC = detectorSpec();
const LIMITS = { ...DEFAULT_LIMITS, entitiesPerDetector: 2, labelLength: 16 };
const SOURCE = { name: 'node', topics: ['metrics', 'gone'] };
const [METRIC = ''] = SPEC.features.map(({ metric }) => metric);

function partitionOf(partition: number, instances: readonly string[]) {
  const records = instances.map((instance, offset) => {
    const sample = { name: METRIC, timestamp: '2026-11-24T03:00:00Z', value: '1', labels: { instance } };
    return { offset, timeMs: 0, key: null, value: new TextEncoder().encode(JSON.stringify(sample)) };
  });
  return { topic: 'metrics', partition, low: 0, high: records.length, records };
}

const look = (...partitions: ReturnType<typeof partitionOf>[]) =>
  findingOf(
    { detectors: [SPEC], limits: LIMITS },
    { source: SOURCE, format: prometheusJson(), trouble: null },
    partitions,
  );

it('names an entity in two partitions, and refuses to share its topic with another member', () => {
  const found = look(partitionOf(0, ['db-1', 'db-2']), partitionOf(1, ['db-2']));
  const spread = { detector: SPEC.name, entity: 'db-2', partitions: ['metrics/0', 'metrics/1'] };
  expect(found).toMatchObject({ keyed: 'no', spread, missingTopics: ['gone'], read: 3, samples: 3 });
  expect(found.detectors[0]).toMatchObject({ samples: 3, entities: 2 });
  const other = { host: '/10.0.0.5', identity: { storeId: 'feed', sinceMs: 1 } };
  expect(sharingRefusal([found], [other], 'strayd')).toMatch(
    /^Entity db-2 .* in partitions metrics\/0 and metrics\/1, and group strayd .*\(store feed at \/10\.0\.0\.5\)/,
  );
});

it('takes a topic for keyed only if some entity had the chance to lie elsewhere', () => {
  const keyed = look(partitionOf(0, ['db-1', 'db-1']), partitionOf(1, ['db-2']));
  expect(keyed).toMatchObject({ keyed: 'yes', spread: null });
  expect(sharingRefusal([keyed], [], 'strayd')).toBeNull();
  expect(look(partitionOf(0, ['db-1']), partitionOf(1, ['db-2'])).keyed).toBe('unknown');
  expect(look(partitionOf(0, ['db-1'])).keyed).toBe('yes');
});

it('says why a feature made from a histogram would have no value, and what to do', () => {
  const of = { where: [], aggregate: 'sum', unit: 's' } as const;
  const quantile = (metric: string) =>
    ({ ...of, name: `${metric}_p99`, metric, as: 'quantile', quantile: 0.99 }) as const;
  const features = [
    quantile('whole'),
    quantile('open'),
    quantile('blind'),
    quantile('native'),
    { ...of, name: 'mean', metric: 'native', as: 'mean' },
    { ...of, name: 'half', metric: 'half', as: 'mean' },
  ] as const;
  const seen: [string, string | null][] = [
    ...['1', '2', '+Inf'].map((le): [string, string] => ['whole_bucket', le]),
    ['open_bucket', '1'],
    ['blind_bucket', '+Inf'],
    ['native_sum', null],
    ['native_count', null],
    ['half_sum', null],
  ];
  const records = seen.map(([name, le], offset) => {
    const labels = { instance: 'a', ...(le !== null && { le }) };
    const value = new TextEncoder().encode(JSON.stringify({ name, timestamp: 1, value: 1, labels }));
    return { offset, timeMs: 0, key: null, value };
  });
  const found = findingOf(
    { detectors: [{ ...SPEC, features }], limits: { ...LIMITS, bucketsPerHistogram: 2 } },
    { source: SOURCE, format: prometheusJson(), trouble: null },
    [{ topic: 'metrics', partition: 0, low: 0, high: records.length, records }],
  );
  expect(found.detectors[0]?.missingFeatures).toEqual(['native_p99']);
  expect(found.overLimits.map(({ limit, seen: far }) => [limit, far])).toEqual([
    ['buckets', `3 buckets in one histogram of detector ${SPEC.name}`],
  ]);
  const lines = onlineLines([found]).join('\n');
  for (const said of [
    /open_p99 would have no value: none of the 1 bounds of open_bucket is le="\+Inf"; let the sender pass that on/,
    /blind_p99 would have no value: the only bucket of blind_bucket is le="\+Inf"; let the sender set bounds/,
    /native_p99 would have no value: no native_bucket with "le" was seen; .*write "as: mean" where there are no buckets/,
    /half would have no value: half_sum was seen, but no half_count/,
  ])
    expect(lines).toMatch(said);
  expect(lines).not.toMatch(/whole_p99|mean would/);
});

it('names the bounds that the records exceed, and the way out', () => {
  const within = look(partitionOf(0, ['db-1', 'db-2']));
  expect(within.overLimits).toEqual([]);
  const over = look(partitionOf(0, ['db-1', 'db-2', 'db-3', 'a name of too many characters']));
  expect(over.overLimits.map(({ limit, seen }) => [limit, seen])).toEqual([
    ['label_length', '1 dead letter'],
    ['entities', `3 entities of detector ${SPEC.name}`],
  ]);
  expect(over.overLimits[1]?.text).toMatch(/Narrow its select, or raise limits\.entities_per_detector\.$/);
  expect(onlineLines([over]).join('\n')).toContain(
    'over the bound entities (3 entities of detector hosts): ',
  );
});
