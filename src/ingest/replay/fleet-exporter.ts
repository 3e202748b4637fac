import { createRandom } from '../../core/random.ts';
import type { FleetHost } from './fleet-host.ts';
import type { FleetInterruption } from './fleet-interruptions.ts';
import { FLEET_METRICS } from './fleet-metrics.ts';
import { at, FLEET_STEP_MS } from './fleet-signals.ts';
import type { HostSignals } from './fleet-signals.ts';

/** One scrape of one host: when it fell and the wire bytes of each metric, in the order of the metrics. */
export interface Scrape {
  readonly timeMs: number;
  readonly values: readonly Uint8Array[];
}

/**
 * Turns a host's signals into what Prometheus would forward of it: counters that only grow, whole-second times near the
 * host's own place in the minute, values as text (`prometheus_json`).
 */
export class FleetExporter {
  readonly #host: FleetHost;
  readonly #signals: HostSignals;
  readonly #counters = new Float64Array(FLEET_METRICS.length);
  readonly #heads: readonly string[];
  readonly #tails: readonly string[];
  readonly #jitter: ReturnType<typeof createRandom>;
  readonly #gaps = new Set<number>();
  readonly #resets = new Set<number>();
  #beforeMs = Number.NaN;

  constructor(
    host: FleetHost,
    signals: HostSignals,
    { interruptions, seed }: { readonly interruptions: readonly FleetInterruption[]; readonly seed: number },
  ) {
    this.#host = host;
    this.#signals = signals;
    this.#jitter = createRandom(seed);
    for (const { kind, firstStep, steps } of interruptions) {
      if (kind === 'counter reset') this.#resets.add(firstStep);
      else for (let step = firstStep; step < firstStep + steps; step++) this.#gaps.add(step);
    }
    for (const [index, { feature, as }] of FLEET_METRICS.entries()) {
      // Hosts have been up for some days when the history begins.
      if (as === 'rate')
        this.#counters[index] = at(signals[feature], 0) * (1 + 20 * this.#jitter.next()) * 86_400;
    }
    this.#heads = FLEET_METRICS.map(({ metric }) => `{"name":"${metric}","timestamp":"`);
    this.#tails = FLEET_METRICS.map(({ metric, labels }) => {
      const all = { __name__: metric, instance: host.instance, job: 'fleet', role: host.role, ...labels };
      return `","labels":${JSON.stringify(all)}}`;
    });
  }

  /** The scrape of a step that begins at `stepStartMs`, `null` if it is missing. Steps are asked for in order. */
  scrape(step: number, stepStartMs: number): Scrape | null {
    const shift = 1000 * (this.#jitter.integer(5) - 2);
    const timeMs = stepStartMs + Math.min(FLEET_STEP_MS - 1000, this.#host.scrapeOffsetMs + shift);
    const elapsed = Number.isNaN(this.#beforeMs) ? 0 : (timeMs - this.#beforeMs) / 1000;
    this.#beforeMs = timeMs;
    // A restart of the exporters takes a moment whose counts are lost.
    const counted = this.#resets.has(step) ? elapsed * (1 - 0.015 * this.#jitter.next()) : elapsed;
    if (this.#resets.has(step)) this.#counters.fill(0);
    const missing = this.#gaps.has(step);
    const time = missing ? '' : new Date(timeMs).toISOString().slice(0, 19);
    const values: Uint8Array[] = [];
    for (let index = 0; index < FLEET_METRICS.length; index++) {
      const metric = FLEET_METRICS[index];
      if (metric === undefined) continue;
      let value = at(this.#signals[metric.feature], step);
      if (metric.as === 'rate') {
        value = at(this.#counters, index) + value * counted;
        this.#counters[index] = value;
      }
      if (missing) continue;
      const text = Math.round(value * metric.perUnit) / metric.perUnit;
      values.push(
        Buffer.from(`${this.#heads[index]}${time}Z","value":"${text}${this.#tails[index]}`, 'latin1'),
      );
    }
    return missing ? null : { timeMs, values };
  }
}
