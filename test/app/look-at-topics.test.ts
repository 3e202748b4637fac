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
