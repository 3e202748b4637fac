import type { Random } from '../../core/random.ts';
import type { FleetHost } from './fleet-host.ts';
import type { FleetFeature } from './fleet-metrics.ts';
import { at, FLEET_STEP_MS, smoothNoise, STEPS_PER_DAY } from './fleet-signals.ts';
import type { HostSignals } from './fleet-signals.ts';

/** What can go wrong in the simulated fleet. */
export type IncidentKind = StrayingKind | FaultKind;
type StrayingKind = 'cpu spike' | 'memory leak' | 'traffic drop' | 'lost correlation';
/** Faults of the telemetry: a counter that counts no more, and a host of which nothing is heard. */
type FaultKind = 'stuck disk' | 'vanished host';

/** One injected incident, for the table at the end; nothing of it goes with the records. */
export interface FleetIncident {
  readonly kind: IncidentKind;
  readonly instance: string;
  /** First and last step that differ. */
  readonly firstStep: number;
  readonly lastStep: number;
  readonly startMs: number;
  /** End of the last step. */
  readonly endMs: number;
  /** The feature that a good explanation names first; `null` where there is none to name. */
  readonly culprit: FleetFeature | null;
}

/** How long each kind lasts, in steps, and which feature it is about. */
const KINDS: Readonly<
  Record<IncidentKind, { readonly steps: number; readonly culprit: FleetFeature | null }>
> = {
  'cpu spike': { steps: 12, culprit: 'cpu_busy' },
  'memory leak': { steps: 120, culprit: 'memory_active' },
  'traffic drop': { steps: 20, culprit: 'requests' },
  'lost correlation': { steps: 40, culprit: 'latency' },
  'stuck disk': { steps: 45, culprit: 'disk_written' },
  'vanished host': { steps: 60, culprit: null },
};

/** How far from the same minute of an earlier day the latency of a lost correlation may be taken, in steps. */
const REPLAY_REACH = 60;

/**
 * One incident of each kind a day from step `fromStep` on, each on another host. For what strays the day is cut into four parts with
 * room between them; the two that need traffic to be seen lie in the middle parts, when the hosts are busy.
 */
export function scheduleIncidents(
  hosts: readonly FleetHost[],
  span: { readonly fromStep: number; readonly steps: number; readonly startMs: number },
  random: Random,
): FleetIncident[] {
  const incidents: FleetIncident[] = [];
  for (let day = 0; (day + 1) * STEPS_PER_DAY <= span.steps; day++) {
    const edges: StrayingKind[] = ['cpu spike', 'memory leak'];
    const middle: StrayingKind[] = ['traffic drop', 'lost correlation'];
    random.shuffle(edges);
    random.shuffle(middle);
    const kinds = [edges[0], middle[0], middle[1], edges[1]];
    const order = hosts.map((_, index) => index);
    random.shuffle(order);
    const begin = (kind: IncidentKind, place: number, into: number): void => {
      const host = hosts[order[place] ?? 0];
      if (host === undefined) return;
      const { steps, culprit } = KINDS[kind];
      const firstStep = span.fromStep + day * STEPS_PER_DAY + into;
      const startMs = span.startMs + firstStep * FLEET_STEP_MS;
      incidents.push({
        kind,
        instance: host.instance,
        firstStep,
        lastStep: firstStep + steps - 1,
        startMs,
        endMs: startMs + steps * FLEET_STEP_MS,
        culprit,
      });
    };
    for (const [part, kind] of kinds.entries()) {
      // Parts are six hours from 01:30 on; the last 90 minutes of each stay free, so no two of them meet.
      if (kind !== undefined) begin(kind, part, 90 + part * 330 + random.integer(270 - KINDS[kind].steps));
    }
    // Faults of the telemetry go beside what strays, on hosts of their own where there are enough.
    for (const [index, kind] of (['stuck disk', 'vanished host'] as const).entries()) {
      begin(kind, kinds.length + index, 400 + index * 500 + random.integer(300));
    }
  }
  return incidents;
}

/** Changes a host's signals as the incident does. */
export function injectIncident(
  signals: HostSignals,
  incident: FleetIncident,
  { host, random }: { readonly host: FleetHost; readonly random: Random },
): void {
  const { firstStep, lastStep } = incident;
  const count = lastStep - firstStep + 1;
  if (incident.kind === 'vanished host') return;
  if (incident.kind === 'stuck disk') {
    // The counter is read, and stands: its rate is exactly 0.
    signals.disk_written.fill(0, firstStep, lastStep + 1);
    return;
  }
  if (incident.kind === 'lost correlation') {
    replayLatency(signals, firstStep, count);
    return;
  }
  const noise = smoothNoise(count, 3, random);
  for (let index = 0; index < count; index++) {
    const step = firstStep + index;
    const wobble = at(noise, index);
    if (incident.kind === 'cpu spike') {
      // A runaway process takes most of what is free; the application still gets its share.
      const free = host.cores - at(signals.cpu_busy, step);
      signals.cpu_busy[step] = at(signals.cpu_busy, step) + free * (0.8 + 0.05 * wobble);
    } else if (incident.kind === 'memory leak') {
      const leaked = (0.4 * host.memoryBytes * (index + 1)) / count;
      signals.memory_active[step] = Math.min(
        0.97 * host.memoryBytes,
        at(signals.memory_active, step) + leaked,
      );
    } else {
      // The balancer forgets the host: what is left are health checks and the work that the host gives itself.
      signals.requests[step] = at(signals.requests, step) * (0.08 + 0.01 * wobble);
      signals.cpu_busy[step] = at(signals.cpu_busy, step) * 0.6;
      signals.network_sent[step] = at(signals.network_sent, step) * 0.5;
    }
  }
}

/**
 * Latency repeats what the same host showed on an earlier day within the hour around these minutes: of the stretches that
 * are usual for the hour the one that differs most. So each value and its smoothness are usual, and only the relation to
 * the load is gone.
 */
function replayLatency(signals: HostSignals, firstStep: number, count: number): void {
  const { latency } = signals;
  const now = latency.slice(firstStep, firstStep + count);
  const usual = usualRange(latency, firstStep, count);
  let replayed = latency.slice(Math.max(0, firstStep - STEPS_PER_DAY), firstStep - STEPS_PER_DAY + count);
  let largest = 0;
  for (let sameTime = firstStep - STEPS_PER_DAY; sameTime >= 0; sameTime -= STEPS_PER_DAY) {
    for (let first = sameTime - REPLAY_REACH; first <= sameTime + REPLAY_REACH; first += 5) {
      const earlier = latency.slice(first, first + count);
      const difference = earlier.reduce((sum, value, index) => sum + Math.abs(value - at(now, index)), 0);
      if (difference > largest && earlier.every((value) => value >= usual.low && value <= usual.high)) {
        largest = difference;
        replayed = earlier;
      }
    }
  }
  latency.set(replayed, firstStep);
}

/** Between which values the middle 94 % of earlier days lay at about this time of the day. */
function usualRange(latency: Float64Array, firstStep: number, count: number): { low: number; high: number } {
  const values: number[] = [];
  for (let sameTime = firstStep - STEPS_PER_DAY; sameTime >= 0; sameTime -= STEPS_PER_DAY) {
    values.push(...latency.subarray(Math.max(0, sameTime - REPLAY_REACH), sameTime + count + REPLAY_REACH));
  }
  values.sort((a, b) => a - b);
  const quantile = (share: number): number => values[Math.round(share * (values.length - 1))] ?? Number.NaN;
  return { low: quantile(0.03), high: quantile(0.97) };
}
