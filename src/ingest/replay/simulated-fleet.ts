import type { RawBatch, RawRecord } from '../../core/records.ts';
import { createRandom, deriveSeed } from '../../core/random.ts';
import { FleetExporter } from './fleet-exporter.ts';
import { makeFleetHost } from './fleet-host.ts';
import type { FleetHost } from './fleet-host.ts';
import { injectIncident, scheduleIncidents } from './fleet-incidents.ts';
import type { FleetIncident } from './fleet-incidents.ts';
import { scheduleInterruptions } from './fleet-interruptions.ts';
import type { FleetInterruption } from './fleet-interruptions.ts';
import { FLEET_STEP_MS, fleetTraffic, normalSignals, STEPS_PER_DAY } from './fleet-signals.ts';

const DAY_MS = STEPS_PER_DAY * FLEET_STEP_MS;

/** What a simulated fleet is made of; equal options give equal bytes. */
export interface FleetOptions {
  readonly seed: number;
  readonly hosts: number;
  /** First step's begin, Unix ms; a whole number of days. */
  readonly startMs: number;
  /** How long after the simulated times those of the records lie; whole steps. Hosts keep their hours, whatever the records say. */
  readonly writtenLaterMs: number;
  /** Whole days without incidents, at least one. */
  readonly historyDays: number;
  /** Whole days after that, each with one incident of each kind if `incidents`. */
  readonly liveDays: number;
  readonly incidents: boolean;
  readonly partitions: number;
  readonly source: string;
  readonly topic: string;
}

/** A fleet of the demo's size; the start is a Monday. */
export const DEFAULT_FLEET: FleetOptions = {
  seed: 1,
  hosts: 20,
  startMs: Date.UTC(2026, 0, 5),
  writtenLaterMs: 0,
  historyDays: 3,
  liveDays: 1,
  incidents: true,
  partitions: 4,
  source: 'fleet',
  topic: 'fleet-metrics',
};

/** All records of one step, at most one batch a partition. */
export interface FleetStep {
  readonly live: boolean;
  readonly batches: readonly RawBatch[];
}

/** A simulated fleet. Records are made as `steps()` is read; the lists are for tables and tests only. */
export interface SimulatedFleet {
  readonly options: FleetOptions;
  readonly hosts: readonly FleetHost[];
  readonly incidents: readonly FleetIncident[];
  readonly interruptions: readonly FleetInterruption[];
  readonly liveFromMs: number;
  readonly endMs: number;
  /** From the beginning, equal each time. */
  steps(): Generator<FleetStep>;
}

/** Sets up a fleet from a seed. Throws a RangeError for options that no fleet can have. */
export function simulateFleet(given: Partial<FleetOptions>): SimulatedFleet {
  const options = { ...DEFAULT_FLEET, ...given };
  checkOptions(options);
  const { seed, startMs } = options;
  const historySteps = options.historyDays * STEPS_PER_DAY;
  const liveSteps = options.liveDays * STEPS_PER_DAY;
  const stream = (...parts: (string | number)[]) => createRandom(deriveSeed('fleet', seed, ...parts));
  const hosts = Array.from({ length: options.hosts }, (_, index) =>
    makeFleetHost(index, stream('host', index)),
  );
  const span = { fromStep: historySteps, steps: liveSteps, startMs };
  const planned = scheduleIncidents(hosts, span, stream('incidents'));
  // Without incidents everything else stays as it is with them.
  const interruptions = scheduleInterruptions(hosts, planned, {
    steps: historySteps + liveSteps,
    random: stream('interruptions'),
  });
  const incidents = options.incidents ? planned : [];
  return {
    options,
    hosts,
    incidents,
    interruptions,
    liveFromMs: startMs + options.historyDays * DAY_MS,
    endMs: startMs + (options.historyDays + options.liveDays) * DAY_MS,
    steps: () => fleetSteps({ options, hosts, incidents, interruptions }),
  };
}

function checkOptions(options: FleetOptions): void {
  const wholeAtLeast = { hosts: 1, historyDays: 1, liveDays: 0, partitions: 1 } as const;
  for (const [name, least] of Object.entries(wholeAtLeast)) {
    const value = options[name as keyof typeof wholeAtLeast];
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(
        `the simulated fleet's ${name} is ${value}; it takes a whole number of at least ${least}`,
      );
    }
  }
  if (options.writtenLaterMs % FLEET_STEP_MS !== 0) {
    throw new RangeError(
      `the simulated fleet's records are to lie ${options.writtenLaterMs} ms later; it takes whole minutes`,
    );
  }
  if (options.startMs % DAY_MS !== 0) {
    throw new RangeError(
      `the simulated fleet starts at ${options.startMs}; it takes the first millisecond of a UTC day`,
    );
  }
}

type Plan = Pick<SimulatedFleet, 'options' | 'hosts' | 'incidents' | 'interruptions'>;

function* fleetSteps(plan: Plan): Generator<FleetStep> {
  const { seed, source, topic, partitions, historyDays, liveDays } = plan.options;
  const writtenFromMs = plan.options.startMs + plan.options.writtenLaterMs;
  const historySteps = historyDays * STEPS_PER_DAY;
  const count = historySteps + liveDays * STEPS_PER_DAY;
  const exporters = makeExporters(plan, count);
  const draw = createRandom(deriveSeed('fleet', seed, 'partitions'));
  const offsets = new Array<number>(partitions).fill(0);
  for (let step = 0; step < count; step++) {
    const records = offsets.map((): RawRecord[] => []);
    for (const exporter of exporters) {
      const scrape = exporter.scrape(step, writtenFromMs + step * FLEET_STEP_MS);
      for (const value of scrape?.values ?? []) {
        const partition = draw.integer(partitions);
        const list = records[partition];
        const offset = (offsets[partition] ?? 0) + (list?.length ?? 0);
        list?.push({ offset, timeMs: scrape?.timeMs ?? 0, key: null, value });
      }
    }
    const batches: RawBatch[] = [];
    for (const [partition, list] of records.entries()) {
      const firstOffset = offsets[partition] ?? 0;
      const nextOffset = firstOffset + list.length;
      offsets[partition] = nextOffset;
      if (list.length === 0) continue;
      batches.push({
        source,
        topic,
        partition,
        firstOffset,
        nextOffset,
        highWatermark: nextOffset,
        records: list,
      });
    }
    yield { live: step >= historySteps, batches };
  }
}

function makeExporters({ options, hosts, incidents, interruptions }: Plan, count: number): FleetExporter[] {
  const { seed, startMs } = options;
  const traffic = fleetTraffic(count, createRandom(deriveSeed('fleet', seed, 'traffic')));
  // In the order of their scrapes, so that a partition's record times go up but for the jitter.
  const ordered = [...hosts].sort((a, b) => a.scrapeOffsetMs - b.scrapeOffsetMs);
  return ordered.map((host) => {
    const { instance } = host;
    const random = createRandom(deriveSeed('fleet', seed, 'signals', instance));
    const signals = normalSignals(host, traffic, { startMs, random });
    for (const incident of incidents) {
      if (incident.instance === instance) injectIncident(signals, incident, { host, random });
    }
    return new FleetExporter(host, signals, {
      interruptions: [...interruptions, ...incidents.flatMap(silenceOf)].filter(
        (event) => event.instance === instance,
      ),
      seed: deriveSeed('fleet', seed, 'exporter', instance),
    });
  });
}

/** A host that vanishes is heard of no more until it comes back, booted anew. */
function silenceOf({ kind, instance, firstStep, lastStep }: FleetIncident): FleetInterruption[] {
  if (kind !== 'vanished host') return [];
  const steps = lastStep - firstStep + 1;
  return [
    { kind: 'scrape gap', instance, firstStep, steps },
    { kind: 'counter reset', instance, firstStep: lastStep + 1, steps: 1 },
  ];
}
