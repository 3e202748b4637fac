import type { RawBatch } from '../../../src/core/records.ts';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import { createRandom, deriveSeed } from '../../../src/core/random.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import { ENTITY_LABEL } from '../../../src/ingest/replay/wide-slices.ts';

/** Hosts whose metrics follow one load each, as records of one partition: what scoring and training are measured on. */
export interface ScoringFleet {
  readonly entities: number;
  readonly features: number;
  /** Steps of history before the first step that is measured. */
  readonly historySteps: number;
}

const FLEET_SOURCE = 'bench';
const STEP_MS = 15_000;
const START_STEP = Math.floor(Date.UTC(2026, 0, 5) / STEP_MS);
/** Fewest rows that a first training takes. */
const LEAST_STEPS = 64;

/** The detector that watches the fleet: the product's own defaults. */
export function fleetSpec({ features }: ScoringFleet): DetectorSpec {
  const names = Array.from({ length: features }, (_, feature) => metricName(feature));
  const base = backtestDetector(names, STEP_MS);
  return { ...base, name: 'bench', training: { ...base.training, minSteps: LEAST_STEPS } };
}

/** All records of the fleet's step `index` (0 is the first of the history), one record a sample. */
export function fleetBatch(fleet: ScoringFleet, index: number): RawBatch {
  const timeMs = (START_STEP + index) * STEP_MS;
  const timestamp = new Date(timeMs).toISOString();
  const count = fleet.entities * fleet.features;
  const firstOffset = index * count;
  const records = Array.from({ length: fleet.entities }, (_, entity) => {
    const random = createRandom(deriveSeed(entity, index));
    const load = Math.sin(index / 40 + entity) + 0.3 * Math.sin(index / 7) + 0.2 * random.normal();
    return Array.from({ length: fleet.features }, (_, feature) => {
      const value = 10 * (feature + 1) + (feature + 1) * load + 0.2 * random.normal();
      const labels = { [ENTITY_LABEL]: `host-${entity}` };
      const sample = { name: metricName(feature), timestamp, value: String(value), labels };
      const offset = firstOffset + entity * fleet.features + feature;
      return { offset, timeMs, key: null, value: Buffer.from(JSON.stringify(sample)) };
    });
  }).flat();
  const nextOffset = firstOffset + count;
  const partition = { source: FLEET_SOURCE, topic: FLEET_SOURCE, partition: 0 };
  return { ...partition, firstOffset, nextOffset, highWatermark: nextOffset, records };
}

function metricName(feature: number): string {
  return `metric_${feature}`;
}
