import type { DetectorSpec } from '../../src/core/detector.ts';
import type { DecodedRecord } from '../../src/core/records.ts';
import { mulberry } from './seeded.ts';
import { fakeSpec } from './scoring/fake-scoring-model.ts';
import { fc } from '../support/properties.ts';

export const STEP_MS = 10_000;
export const LATENESS_MS = 20_000;
export const ABSENT_AFTER_MS = 50_000;
const MAX_FUTURE_MS = 60_000;
/** How far one partition may be ahead of another when read aligned. */
export const SKEW_MS = LATENESS_MS / 2;
const MAX_DELAY_MS = 2_000;
export const START_MS = 1_700_000_000_000 - (1_700_000_000_000 % STEP_MS);

/** A detector with a gauge averaged over two series and a counter's rate summed over two. */
export const caseSpec: DetectorSpec = fakeSpec({
  select: [{ label: 'job', op: '=~', value: 'node|db' }],
  cohort: ['role'],
  features: [
    { name: 'busy', metric: 'busy', where: [], as: 'gauge', aggregate: 'mean', unit: '' },
    {
      name: 'requests',
      metric: 'requests_total',
      where: [{ label: 'code', op: '!=', value: '500' }],
      as: 'rate',
      aggregate: 'sum',
      unit: '',
    },
  ],
  stepMs: STEP_MS,
  allowedLatenessMs: LATENESS_MS,
  absentAfterMs: ABSENT_AFTER_MS,
  maxFutureMs: MAX_FUTURE_MS,
  // So small that each alert moves the offset of the minutes after.
  alert: { ...fakeSpec().alert, budget: { count: 0.001, perMs: 7 * 86_400_000, scope: 'detector' } },
});

/** A sample and the way it took. */
export interface Delivered {
  readonly entity: string;
  readonly series: string;
  readonly metric: 'busy' | 'requests_total';
  readonly timeMs: number;
  readonly value: number;
  /** Its Kafka record's time: the order within a partition. */
  readonly recordMs: number;
  readonly partition: number;
  /** Late in every interleaving. */
  readonly late: boolean;
}

/** One generated stream: what was delivered, and its records by partition. */
export interface StreamCase {
  readonly seed: number;
  readonly delivered: readonly Delivered[];
  readonly partitions: readonly (readonly DecodedRecord[])[];
}

/** Streams with gaps, resets, spikes, duplicates, late, broken and future samples; made from a seed so that they shrink in size. */
export const streamCase: fc.Arbitrary<StreamCase> = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    entities: fc.integer({ min: 1, max: 3 }),
    steps: fc.integer({ min: 30, max: 60 }),
    partitions: fc.integer({ min: 1, max: 4 }),
  })
  .map(makeCase);

function makeCase(shape: { seed: number; entities: number; steps: number; partitions: number }): StreamCase {
  const random = mulberry(shape.seed);
  const all: Delivered[] = [];
  for (let entity = 0; entity < shape.entities; entity++) {
    all.push(...entitySamples(`host-${entity}`, shape, random));
  }
  const delivered = markLate(all).sort((a, b) => a.recordMs - b.recordMs);
  const records: DecodedRecord[][] = Array.from({ length: shape.partitions }, () => []);
  for (const one of delivered) {
    const partition = records[one.partition] ?? [];
    const sample = { metric: one.metric, labels: labelsOf(one), timeMs: one.timeMs, value: one.value };
    // Some records carry what nobody watches.
    const samples = random() < 0.1 ? [{ ...sample, labels: { job: 'other' } }, sample] : [sample];
    partition.push({ offset: partition.length, timeMs: one.recordMs, samples });
  }
  return { seed: shape.seed, delivered, partitions: records };
}

function labelsOf({ entity, series }: Delivered): Record<string, string> {
  return { job: 'node', instance: entity, code: series, role: 'web' };
}

function entitySamples(
  entity: string,
  { steps, partitions }: { readonly steps: number; readonly partitions: number },
  random: () => number,
): Delivered[] {
  const samples: Delivered[] = [];
  const counters = new Map<string, number>();
  const phase = Math.floor(random() * STEP_MS);
  let silentUntil = 0;
  let spikeUntil = 0;
  for (let step = 0; step < steps; step++) {
    if (random() < 0.04) silentUntil = step + 1 + Math.floor(random() * 7);
    if (step > 12 && random() < 0.08) spikeUntil = step + 3;
    if (step < silentUntil) continue;
    for (const [metric, series] of [
      ['busy', 'a'],
      ['busy', 'b'],
      ['requests_total', 'a'],
      ['requests_total', 'b'],
    ] as const) {
      if (random() < 0.05) continue;
      const timeMs = START_MS + step * STEP_MS + phase + Math.floor(random() * 3);
      const key = metric + series;
      const before = random() < 0.02 ? 0 : (counters.get(key) ?? 1000 * random());
      counters.set(key, before + 10 * random());
      const usual = metric === 'busy' ? random() + (step < spikeUntil ? 8 : 0) : (counters.get(key) ?? 0);
      const value = random() < 0.01 ? NaN : usual;
      const late = random() < 0.02;
      const delay = late ? 90_000 : random() * MAX_DELAY_MS;
      const recordMs = timeMs + Math.floor(delay);
      const one = { entity, series, metric, timeMs, value, recordMs, late };
      const partition = (): number => Math.floor(random() * partitions);
      samples.push({ ...one, partition: partition() });
      if (random() < 0.05) {
        samples.push({ ...one, value: value + (random() < 0.5 ? 0 : random()), partition: partition() });
      }
      if (random() < 0.004)
        samples.push({ ...one, timeMs: recordMs + MAX_FUTURE_MS + 1, partition: partition() });
    }
  }
  return samples;
}

export function isUsable({ timeMs, recordMs, value }: Delivered): boolean {
  return timeMs <= recordMs + MAX_FUTURE_MS && Number.isFinite(value);
}

/** Keeps those late samples that come after their step's close however the partitions interleave. */
function markLate(samples: readonly Delivered[]): Delivered[] {
  return samples.filter((one) => {
    if (!one.late) return true;
    const endMs = (Math.floor(one.timeMs / STEP_MS) + 1) * STEP_MS;
    return samples.some(
      (other) =>
        !other.late &&
        isUsable(other) &&
        other.entity === one.entity &&
        other.timeMs >= endMs + LATENESS_MS &&
        other.recordMs < one.recordMs - SKEW_MS,
    );
  });
}

/** A step in the middle of the stream, where a second model may begin. */
export function middleStep(stream: StreamCase): number {
  const steps = stream.delivered.map(({ timeMs }) => Math.floor(timeMs / STEP_MS));
  return Math.floor((Math.min(...steps) + Math.max(...steps)) / 2);
}
