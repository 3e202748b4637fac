import type { Random } from '../../core/random.ts';
import type { FleetHost } from './fleet-host.ts';
import type { FleetFeature } from './fleet-metrics.ts';

/** Step of the simulated fleet. */
export const FLEET_STEP_MS = 60_000;
/** Steps in a day of the fleet. */
export const STEPS_PER_DAY = 1440;

const BATCH_STEPS = 12;

/** One value a step for each feature; rates per second, as they are before anything is counted or rounded. */
export type HostSignals = Readonly<Record<FleetFeature, Float64Array>>;

/**
 * Noise that remembers: a first-order autoregression with unit variance that forgets within `steps`, bounded to ±2 so
 * that a day ahead stays within what a few days have shown.
 */
export function smoothNoise(count: number, steps: number, random: Random): Float64Array {
  const keep = Math.exp(-1 / steps);
  const add = Math.sqrt(1 - keep * keep);
  const noise = new Float64Array(count);
  let state = random.normal();
  for (let step = 0; step < count; step++) {
    noise[step] = bounded(state);
    state = keep * state + add * random.normal();
  }
  return noise;
}

/** The same passed twice through its memory: it drifts without small jumps, as the public's interest does. */
function driftingNoise(count: number, steps: number, random: Random): Float64Array {
  const keep = Math.exp(-1 / steps);
  // Variance of a second-order autoregression with both poles at `keep` is (1 + k²) / (1 − k²)³.
  const add = Math.sqrt((1 - keep * keep) ** 3 / (1 + keep * keep));
  const noise = new Float64Array(count);
  let [inner, outer] = [0, 0];
  for (let step = -10 * steps; step < count; step++) {
    inner = keep * inner + add * random.normal();
    outer = keep * outer + inner;
    if (step >= 0) noise[step] = bounded(outer);
  }
  return noise;
}

function bounded(value: number): number {
  return 2 * Math.tanh(value / 2);
}

/** By which share all hosts have more or less traffic together, one value a step. */
export function fleetTraffic(count: number, random: Random): Float64Array {
  return driftingNoise(count, 40, random).map((mood) => 0.1 * mood);
}

/**
 * A host on days without incidents. Requests follow the load; cpu, latency, network and disk follow the requests with
 * small noise of their own, so their relations are tight while each alone moves a lot.
 */
export function normalSignals(
  host: FleetHost,
  traffic: Float64Array,
  { startMs, random }: { readonly startMs: number; readonly random: Random },
): HostSignals {
  const count = traffic.length;
  const mood = driftingNoise(count, 25, random);
  const own = {
    cpu: smoothNoise(count, 3, random),
    latency: smoothNoise(count, 3, random),
    network: smoothNoise(count, 3, random),
    disk: smoothNoise(count, 6, random),
    memory: driftingNoise(count, 60, random),
  };
  const signals = emptySignals(count);
  let caches = 0.6;
  for (let step = 0; step < count; step++) {
    const swing = 1 + 0.27 * at(mood, step) + at(traffic, step);
    const load = dailyLoad(host, startMs + step * FLEET_STEP_MS) * swing;
    caches += (load - caches) / 45;
    // Small beside the daily swing, so that it stays within what three evenings have shown, on a busy one too.
    const batch = batchShare(host, startMs + step * FLEET_STEP_MS);
    const requests = host.peakRequests * load;
    signals.requests[step] = requests;
    signals.cpu_busy[step] =
      host.cores * (0.03 + host.cpuShare * (load + 0.02 * at(own.cpu, step)) + 0.015 * batch);
    signals.latency[step] =
      host.baseLatency * (1 + host.latencyGrowth * (load + 0.02 * at(own.latency, step)));
    signals.network_sent[step] =
      host.bytesPerRequest * host.peakRequests * (load + 0.02 * at(own.network, step) + 0.015 * batch);
    signals.disk_written[step] =
      host.diskBytes * (0.3 + 0.7 * load + 0.04 * at(own.disk, step) + 0.12 * batch);
    signals.memory_active[step] =
      host.memoryBytes * (host.memoryShare + 0.01 * caches + 0.015 * at(own.memory, step));
  }
  return signals;
}

/** A typed array's element; 0 outside it. */
export function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

function emptySignals(count: number): HostSignals {
  const column = (): Float64Array => new Float64Array(count);
  return {
    cpu_busy: column(),
    disk_written: column(),
    latency: column(),
    memory_active: column(),
    network_sent: column(),
    requests: column(),
  };
}

function dailyLoad(host: FleetHost, timeMs: number): number {
  const time = new Date(timeMs);
  const hour = time.getUTCHours() + time.getUTCMinutes() / 60;
  const angle = (2 * Math.PI * (hour - host.peakHour)) / 24;
  // The second harmonic makes mornings steeper than evenings, as office traffic is.
  const shape = 0.5 + 0.5 * Math.cos(angle) + 0.08 * Math.sin(2 * angle);
  const weekend = time.getUTCDay() % 6 === 0 ? 0.75 : 1;
  return weekend * (1 - host.nightDrop * (1 - Math.min(1, Math.max(0, shape))));
}

function batchShare(host: FleetHost, timeMs: number): number {
  if (host.batchMinute === null) return 0;
  const minute = Math.floor(timeMs / FLEET_STEP_MS) % STEPS_PER_DAY;
  const into = minute - host.batchMinute;
  if (into < 0 || into >= BATCH_STEPS) return 0;
  return into === 0 || into === BATCH_STEPS - 1 ? 0.5 : 1;
}
