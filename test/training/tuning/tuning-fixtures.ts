import type { DetectorSpec } from '../../../src/core/detector.ts';
import type { TrainingEntity } from '../../../src/training/training-input.ts';
import { loadedRows } from '../../model/fleet-rows.ts';
import { fakeSpec } from '../../pipeline/scoring/fake-scoring-model.ts';

export const FIRST_STEP = 1000;
export const ROWS = 900;

/** A detector of two features whose linear model trains in a moment. */
export const tunableSpec: DetectorSpec = (() => {
  const spec = fakeSpec();
  return { ...spec, windows: [4, 16], model: { ...spec.model, type: 'linear', backend: 'wasm' } };
})();

/** Hosts with an unbroken history. */
export function tunableEntities(names: readonly string[]): TrainingEntity[] {
  return names.map((entity, index) => {
    const values = loadedRows({ count: ROWS, features: tunableSpec.features.length, seed: index + 1 });
    return { entity, cohort: '', segments: [{ firstStep: FIRST_STEP, count: ROWS, values }] };
  });
}
