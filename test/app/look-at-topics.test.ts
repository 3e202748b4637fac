import { expect, it } from 'vitest';
import { findingOf } from '../../src/app/look-at-topics.ts';
import { prometheusJson } from '../../src/ingest/formats/prometheus-json.ts';
import { sharingRefusal } from '../../src/app/sharing-refusal.ts';
import { detectorSpec } from '../store/sample-checkpoints.ts';

const SPEC = detectorSpec();
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
  findingOf({ detectors: [SPEC] }, { source: SOURCE, format: prometheusJson(), trouble: null }, partitions);

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
