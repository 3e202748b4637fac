import type { DetectorSpec } from '../core/detector.ts';
import { isOfHistogram } from '../core/is-of-histogram.ts';
import { newEntityRules, type EntityRules } from '../pipeline/rules/entity-rules.ts';
import { advanceFlatline } from '../pipeline/rules/flatline.ts';
import { keptSteps } from '../pipeline/rules/stands-still.ts';
import { StillMemory } from '../pipeline/rules/still-memory.ts';
import type { ChosenRows } from './choose-rows.ts';

/** How long a feature is held for the rule, which wants patience: an hour, or so many steps. */
const STUCK_STEPS = 36;
const STUCK_MS = 3_600_000;

/** A feature of an entity that is held at a value. */
export interface Held {
  readonly entity: string;
  readonly feature: number;
  readonly value: number;
}

/** How long each feature has stood still in an entity's normal rows, as the live path would have learned it. */
export function stillMemoryOf(
  { features, stepMs }: Pick<DetectorSpec, 'features' | 'stepMs'>,
  { stretches }: Pick<ChosenRows, 'stretches'>,
): StillMemory {
  const width = features.length;
  const memory = new StillMemory(width);
  for (const { firstStep, count, values } of stretches) {
    for (let row = 0; row < count; row++) {
      const cells = values.subarray(row * width, (row + 1) * width);
      memory.advance(firstStep + row, cells, heardOf(features, cells), keptSteps(stepMs));
    }
  }
  return memory;
}

/** Whether the flatline rule fires while a feature is held for an hour, or for 36 steps if that is longer; false where it is off. */
export function firesFlatline(
  spec: DetectorSpec,
  memory: StillMemory,
  { entity, feature, value }: Held,
): boolean {
  if (spec.alert.flatline === undefined || !Number.isFinite(value)) return false;
  const width = spec.features.length;
  const still = new StillMemory(width);
  still.readFeature(feature, memory.featureBytes(feature));
  still.breakRuns();
  const rules: EntityRules = { ...newEntityRules(width), still };
  const values = new Float64Array(width).fill(Number.NaN);
  values[feature] = value;
  const heard = heardOf(spec.features, values);
  const context = { spec, entity, labels: {}, maxAlertAgeMs: Infinity };
  const steps = Math.max(STUCK_STEPS, Math.ceil(STUCK_MS / spec.stepMs));
  for (let step = 0; step < steps; step++) {
    still.advance(step, values, heard, keptSteps(spec.stepMs));
    const now = { rules, step, newestKnownMs: -Infinity, cohort: () => [], recent: () => [] };
    const outcome = advanceFlatline(context, now);
    rules.flatline = outcome.open;
    if (outcome.transitions.some(({ to }) => to === 'firing')) return true;
  }
  return false;
}

/* As `SeriesVector` has it. */
function heardOf(features: DetectorSpec['features'], values: Float64Array): Uint8Array {
  return Uint8Array.from(features, (feature, index) =>
    !isOfHistogram(feature) && Number.isFinite(values[index]) ? 1 : 0,
  );
}
