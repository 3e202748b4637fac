import type { DetectorSpec } from '../../src/core/detector.ts';
import type { DecodedRecord } from '../../src/core/records.ts';
import type { Sample } from '../../src/core/sample.ts';
import { fc } from '../support/properties.ts';
import { fakeSpec } from './scoring/fake-scoring-model.ts';
import { mulberry } from './seeded.ts';
import { ABSENT_AFTER_MS, LATENESS_MS, START_MS, STEP_MS } from './stream-case.ts';

/** A detector of two quantiles and the mean of one histogram, of whatever routes an entity has. */
export const histogramSpec: DetectorSpec = fakeSpec({
  features: [
    { name: 'a_mean', metric: 'seconds', where: [], as: 'mean', aggregate: 'sum', unit: 's' },
    {
      name: 'b_p50',
      metric: 'seconds',
      where: [],
      as: 'quantile',
      quantile: 0.4987,
      aggregate: 'sum',
      unit: 's',
    },
    {
      name: 'c_p99',
      metric: 'seconds',
      where: [],
      as: 'quantile',
      quantile: 0.9876,
      aggregate: 'sum',
      unit: 's',
    },
  ],
  stepMs: STEP_MS,
  allowedLatenessMs: LATENESS_MS,
  absentAfterMs: ABSENT_AFTER_MS,
  maxFutureMs: 60_000,
});

/** A sample of some part of a histogram, and the way it took. */
export interface SentPart extends Sample {
  readonly entity: string;
  readonly route: string;
  /** `sum`, `count`, or a bucket's bound. */
  readonly part: string;
  readonly recordMs: number;
  readonly partition: number;
}

/** One generated stream of histograms: what was sent, and its records by partition. */
export interface HistogramCase {
  readonly sent: readonly SentPart[];
  readonly partitions: readonly (readonly DecodedRecord[])[];
}

const BOUNDS = ['-1', '0', '0.1', '0.5', '1.0', '2.5', '10'];
const PARTITIONS = 3;
const MAX_DELAY_MS = 2_000;

/**
 * Streams of counters and deltas with different bounds, each part in a record and partition of its own: pauses, scrape gaps, resets, lost parts,
 * buckets of two moments, buckets that come later, and routes that lack +Inf.
 */
export const histogramCase: fc.Arbitrary<HistogramCase> = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    entities: fc.integer({ min: 1, max: 3 }),
    steps: fc.integer({ min: 15, max: 40 }),
  })
  .map(makeCase);

function makeCase({
  seed,
  entities,
  steps,
}: {
  seed: number;
  entities: number;
  steps: number;
}): HistogramCase {
  const random = mulberry(seed);
  const sent: SentPart[] = [];
  for (let entity = 0; entity < entities; entity++) {
    const routes = 1 + Math.floor(random() * 3);
    for (let route = 0; route < routes; route++) {
      sent.push(...routeParts({ entity: `host-${entity}`, route: `/${route}`, steps }, random));
    }
  }
  sent.sort((a, b) => a.recordMs - b.recordMs);
  const partitions: DecodedRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  for (const one of sent) {
    const { metric, labels, timeMs, value, increase } = one;
    const sample = { metric, labels, timeMs, value, ...(increase !== undefined && { increase }) };
    const own = partitions[one.partition] ?? [];
    own.push({ offset: own.length, timeMs: one.recordMs, samples: [sample] });
  }
  return { sent, partitions };
}

interface RouteShape {
  readonly entity: string;
  readonly route: string;
  readonly steps: number;
}

function routeParts({ entity, route, steps }: RouteShape, random: () => number): SentPart[] {
  const isDelta = random() < 0.4;
  const bounds = BOUNDS.filter(() => random() < 0.7);
  if (random() < 0.95) bounds.push('+Inf');
  const later = random() < 0.3 ? bounds[Math.floor(random() * bounds.length)] : undefined;
  const everyMs = random() < 0.5 ? STEP_MS : STEP_MS / 2;
  const phaseMs = Math.floor(random() * everyMs);
  const counters = new Map<string, number>(
    [...bounds, 'sum', 'count'].map((part) => [part, 1000 * random()]),
  );
  const sent: SentPart[] = [];
  let silentUntilMs = 0;
  let idleUntilMs = 0;
  for (let atMs = phaseMs; atMs < steps * STEP_MS; atMs += everyMs) {
    if (random() < 0.02) silentUntilMs = atMs + STEP_MS * (1 + Math.floor(random() * 8));
    if (random() < 0.05) idleUntilMs = atMs + STEP_MS * (1 + Math.floor(random() * 4));
    const added = observed(bounds, atMs < idleUntilMs, random);
    if (random() < 0.02) for (const part of counters.keys()) counters.set(part, 0);
    for (const [part, count] of added) counters.set(part, (counters.get(part) ?? 0) + count);
    // A quiet instrument has no delta at all.
    if (atMs < silentUntilMs || (isDelta && added.get('count') === 0)) continue;
    for (const [part, count] of added) {
      if (part === later && atMs < (steps * STEP_MS) / 2) continue;
      if (random() < 0.03) continue;
      const timeMs = START_MS + atMs;
      const isBehind = random() < 0.02;
      const counter = (counters.get(part) ?? 0) - (isBehind ? count : 0);
      const recordMs = timeMs + Math.floor(random() * MAX_DELAY_MS);
      const way = { entity, route, part, recordMs, partition: Math.floor(random() * PARTITIONS) };
      const series = seriesOf(part, { instance: entity, route });
      const read = isDelta ? { value: (1000 * count) / everyMs, increase: count } : { value: counter };
      sent.push({ ...way, ...series, timeMs, ...read });
    }
  }
  return sent;
}

function seriesOf(part: string, labels: Record<string, string>): Pick<Sample, 'metric' | 'labels'> {
  if (part === 'sum' || part === 'count') return { metric: `seconds_${part}`, labels };
  return { metric: 'seconds_bucket', labels: { ...labels, le: part } };
}

/* By part. */
function observed(bounds: readonly string[], isIdle: boolean, random: () => number): Map<string, number> {
  const all = isIdle ? 0 : Math.floor(random() * 50);
  const at = random() * 3;
  const below = (bound: number): number =>
    Math.floor(all * Math.min(1, Math.max(0, (bound + 1) / (at + 1.5))));
  const added = bounds.map((bound): [string, number] => [
    bound,
    bound === '+Inf' ? all : below(Number(bound)),
  ]);
  return new Map<string, number>([...added, ['count', all], ['sum', all * at]]);
}
