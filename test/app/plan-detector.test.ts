import { expect, it } from 'vitest';
import type { TopicDiscovery } from '../../src/app/discovery/discover-topic.ts';
import { SeriesCensus } from '../../src/app/discovery/series-census.ts';
import { planDetector } from '../../src/app/plan-detector.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { planLines } from '../../src/cli/plan-report.ts';
import { detectorSpec } from '../store/sample-checkpoints.ts';
import { hostSamples } from './discovery/host-samples.ts';

const HOUR_MS = 3_600_000;
const base = detectorSpec();
const feature = (metric: string) => ({
  name: metric,
  metric,
  where: [],
  as: 'gauge' as const,
  aggregate: 'sum' as const,
  unit: '',
});
const SPEC: DetectorSpec = {
  ...base,
  features: ['node_cpu_seconds_total', 'node_load1'].map(feature),
  training: { ...base.training, spanMs: 28 * 24 * HOUR_MS, minSteps: 1440 },
};

function topic(retainedMs: number, hosts = ['a', 'b']): TopicDiscovery {
  const census = new SeriesCensus();
  const plan = { hosts, fromMs: 1_790_000_000_000, stepMs: 15_000, steps: 10 };
  for (const sample of hostSamples(plan)) census.add(sample, 3);
  return {
    topic: 'metrics',
    partitions: [],
    allTopics: [],
    lookedAtMs: 0,
    oldestMs: 0,
    newestMs: retainedMs,
    records: 100,
    bytes: 100,
    format: { choice: { format: 'influx' }, records: 1, trials: [], avroSchemas: [] },
    trouble: null,
    samples: census.samples,
    series: census.series(),
  };
}

it('counts what a detector would watch, and what that takes', () => {
  const plan = planDetector(SPEC, [topic(24 * HOUR_MS)]);
  // Four series of the CPU (two cores, two modes) and one load a host.
  expect(plan).toMatchObject({
    entities: 2,
    series: 10,
    features: 2,
    isAllSeen: true,
    retainedMs: 24 * HOUR_MS,
  });
  // 5760 steps a day of two hosts, five numbers of eight bytes each, compressed.
  expect(plan.diskBytesADay).toBeCloseTo(2 * 5760 * 5 * 8 * 0.6, 5);
  expect(plan.memoryBytes).toBe(10 * 1500 + 2 * (1000 + 2 * 64 * 2 * 8));
  expect(plan.incidentsPerDay).toBeCloseTo(5 / 7, 5);
});

it('waits for history where the topic keeps less than the first training needs', () => {
  const soon = planDetector(SPEC, [topic(24 * HOUR_MS)]);
  expect(soon.waitingMs).toBe(0);
  const late = planDetector(SPEC, [topic(2 * HOUR_MS)]);
  expect(late.waitingMs).toBe(4 * HOUR_MS);
  expect(late.earliestAlertMs - soon.earliestAlertMs).toBeGreaterThan(3.9 * HOUR_MS);
  expect(planDetector(SPEC, []).waitingMs).toBe(6 * HOUR_MS);
});

it('sends nothing before thresholds rest on a day, nor in observe mode', () => {
  const plan = planDetector(SPEC, [topic(12 * HOUR_MS)]);
  // A fifth of 12 hours of two hosts: 1152 of 5760 rows.
  expect((plan.earliestDeliveryMs ?? 0) - plan.earliestAlertMs).toBe((5760 - 1152) * 15_000);
  expect(planDetector({ ...SPEC, mode: 'observe' }, [topic(HOUR_MS)]).earliestDeliveryMs).toBeNull();
});

it('reads no longer than bootstrap may take, and only stretches of a long history', () => {
  const bootstrap = { from: 'kafka', limitMs: 60_000 } as const;
  const stretches = { ...SPEC, training: { ...SPEC.training, bootstrap } };
  const long = topic(14 * 24 * HOUR_MS);
  expect(planDetector(stretches, [long]).readingMs).toBeLessThan(planDetector(SPEC, [long]).readingMs / 10);
  const many = topic(
    14 * 24 * HOUR_MS,
    Array.from({ length: 400 }, (_, n) => `h${n}`),
  );
  const short = {
    ...stretches,
    training: { ...stretches.training, bootstrap: { ...bootstrap, limitMs: 5000 } },
  };
  expect(planDetector(short, [many]).readingMs).toBe(5000);
});

it('is told in lines, and says so where nothing is watched', () => {
  const lines = planLines(planDetector(SPEC, [topic(24 * HOUR_MS)]), SPEC);
  expect(lines[1]).toBe('  watches    2 entities, 10 series, 2 features');
  expect(lines.join('\n')).toMatch(/disk {7}about 270 KB a day/);
  expect(lines.join('\n')).toMatch(
    /first alert in \S+ at the earliest; before \S+ thresholds are provisional/,
  );
  expect(lines.at(-1)).toBe(
    '  budget     5 per week = 0.71 incidents a day, one every 1.4 days (with 2 entities: one every 2.8 days each)',
  );
  const nobody = { ...SPEC, select: [{ label: 'job', op: '=' as const, value: 'x' }] };
  expect(planLines(planDetector(nobody, [topic(HOUR_MS)]), nobody)).toEqual([
    'hosts: nothing in the sample of its topics is watched; "check --online" tells why.',
  ]);
});
