import type { SimulatedFleet } from '../../../src/ingest/replay/simulated-fleet.ts';
import { FLEET_METRICS } from '../../../src/ingest/replay/fleet-metrics.ts';
import { FLEET_STEP_MS } from '../../../src/ingest/replay/fleet-signals.ts';

/** A record of the fleet as it reads on the wire. */
export interface WireSample {
  readonly name: string;
  readonly timestamp: string;
  readonly value: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Values of each host and feature by step, from nothing but the records: rates are plain differences, NaN where a scrape
 * is missing or has no one before. Key: `instance feature`.
 */
export function fleetVectors(fleet: SimulatedFleet): Map<string, Float64Array> {
  const { options } = fleet;
  const count = Math.round((fleet.endMs - options.startMs) / FLEET_STEP_MS);
  const metrics = new Map(FLEET_METRICS.map((metric) => [metric.metric, metric]));
  const before = new Map<string, { timeMs: number; value: number }>();
  const vectors = new Map<string, Float64Array>();
  for (const { batches } of fleet.steps()) {
    for (const record of batches.flatMap((batch) => batch.records)) {
      const sample = JSON.parse(Buffer.from(record.value ?? []).toString()) as WireSample;
      const metric = metrics.get(sample.name);
      if (metric === undefined) throw new Error(`unknown metric ${sample.name}`);
      const key = `${sample.labels.instance} ${metric.feature}`;
      const timeMs = Date.parse(sample.timestamp);
      const value = Number(sample.value);
      const last = before.get(key);
      before.set(key, { timeMs, value });
      const column = vectors.get(key) ?? new Float64Array(count).fill(Number.NaN);
      vectors.set(key, column);
      const step = Math.floor((timeMs - options.startMs) / FLEET_STEP_MS);
      if (metric.as === 'gauge') column[step] = value;
      else if (last !== undefined) {
        const increase = value < last.value ? value : value - last.value;
        column[step] = (increase * 1000) / (timeMs - last.timeMs);
      }
    }
  }
  return vectors;
}
