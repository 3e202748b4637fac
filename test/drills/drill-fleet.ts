import { createRandom, type Random } from '../../src/core/random.ts';
import type { TestRecord } from '../support/kafka.ts';

export const STEP_MS = 60_000;
export const PARTITIONS = 4;
/** How long a step waits for its samples; `LATE_MS` is beyond it whatever the partitions do, `SLOW_MS` well within. */
export const LATENESS_MS = 120_000;
const SLOW_MS = 45_000;
const LATE_MS = 420_000;

/** A feature of one entity is off by `size` (of its own noise-free value) from a step on, for some steps. */
export interface Fault {
  readonly entity: string;
  readonly fromStep: number;
  readonly steps: number;
  readonly metric: 'load' | 'requests_total';
  readonly size: number;
}

/** Steps in which nothing of an entity is scraped. */
export interface Silence {
  readonly entity: string;
  readonly fromStep: number;
  readonly steps: number;
}

export interface FleetPlan {
  readonly seed: number;
  readonly entities: readonly string[];
  readonly fromStep: number;
  readonly untilStep: number;
  readonly faults?: readonly Fault[];
  readonly silences?: readonly Silence[];
  /** Slow, late, doubled and unreadable records among the good ones, and counters that start anew. */
  readonly rough?: boolean;
  /** Partition of an entity's record; drawn at random if left out, as the usual exporters to Kafka do. */
  readonly partitionOf?: (entity: string) => number;
}

interface Sample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One host: load drives latency, and two kinds of counters grow by it. */
class Host {
  readonly #entity: string;
  readonly #random: Random;
  readonly #counters = { cpu0: 0, cpu1: 0, requests: 0 };
  #drift = 0;

  constructor(entity: string, random: Random) {
    this.#entity = entity;
    this.#random = random;
  }

  /** What a scrape finds at a step; time must move on by one step between calls. */
  scrape(step: number, faults: readonly Fault[], resets: boolean): Sample[] {
    const factor = (metric: Fault['metric']): number =>
      faults
        .filter((fault) => fault.metric === metric && isWithin(step, fault))
        .reduce((product, { size }) => product * (1 + size), 1);
    this.#drift = 0.9 * this.#drift + 0.1 * this.#random.normal();
    const daily = 1 + 0.4 * Math.sin((2 * Math.PI * step) / 1440);
    const load = (2 * daily + 0.5 * this.#drift + 0.1 * this.#random.normal()) * factor('load');
    const latency = 10 + 4 * load + 0.5 * this.#random.normal();
    if (resets && this.#random.next() < 0.004) this.#counters.requests = 0;
    this.#counters.cpu0 += Math.max(0, 20 * load + this.#random.normal());
    this.#counters.cpu1 += Math.max(0, 12 * load + this.#random.normal());
    this.#counters.requests += Math.round(
      Math.max(0, (3000 * daily + 100 * this.#random.normal()) * factor('requests_total')),
    );
    const labels = { job: 'fleet', instance: this.#entity };
    return [
      { metric: 'load', labels, value: load },
      { metric: 'latency', labels, value: latency },
      { metric: 'cpu_seconds_total', labels: { ...labels, cpu: '0' }, value: this.#counters.cpu0 },
      { metric: 'cpu_seconds_total', labels: { ...labels, cpu: '1' }, value: this.#counters.cpu1 },
      { metric: 'requests_total', labels, value: this.#counters.requests },
    ];
  }
}

/** The fleet's records in the order in which they are written to Kafka; equal plans give equal records. */
export function fleetRecords(plan: FleetPlan): TestRecord[] {
  const { seed, entities, fromStep, untilStep, faults = [], silences = [], rough = false } = plan;
  const records: TestRecord[] = [];
  const spread = createRandom(seed);
  entities.forEach((entity, index) => {
    const host = new Host(entity, createRandom(seed * 1000 + index));
    const own = faults.filter((fault) => fault.entity === entity);
    const away = silences.filter((silence) => silence.entity === entity);
    for (let step = fromStep; step < untilStep; step++) {
      const samples = host.scrape(step, own, rough);
      if (away.some((silence) => isWithin(step, silence))) continue;
      const timeMs = step * STEP_MS + 5_000 + 7_000 * (index % 7);
      for (const sample of samples) {
        const partition = plan.partitionOf?.(entity) ?? spread.integer(PARTITIONS);
        const sentMs = timeMs + (rough ? delayMs(spread) : 0);
        const record = { partition, timeMs: sentMs, key: entity, value: json(sample, timeMs) };
        records.push(record);
        if (!rough) continue;
        if (spread.next() < 0.01) records.push({ ...record, partition: spread.integer(PARTITIONS) });
        if (spread.next() < 0.003) records.push({ ...record, value: '{"name":"load","value":' });
      }
    }
  });
  return records
    .map((record, order) => ({ record, order }))
    .sort((a, b) => a.record.timeMs - b.record.timeMs || a.order - b.order)
    .map(({ record }) => record);
}

function isWithin(step: number, span: { readonly fromStep: number; readonly steps: number }): boolean {
  return step >= span.fromStep && step < span.fromStep + span.steps;
}

function delayMs(random: Random): number {
  const luck = random.next();
  if (luck < 0.004) return LATE_MS;
  return Math.floor(luck < 0.03 ? random.next() * SLOW_MS : random.next() * 3_000);
}

function json({ metric, labels, value }: Sample, timeMs: number): string {
  return JSON.stringify({
    name: metric,
    timestamp: new Date(timeMs).toISOString(),
    value: String(value),
    labels: { __name__: metric, ...labels },
  });
}
