import { EntityGuards } from '../../src/pipeline/scoring/guards/entity-guards.ts';
import { newGuardMemory } from '../../src/pipeline/scoring/guards/guard-memory.ts';

/** Guards of so many features that have seen nothing yet. */
export function noGuards(features: number): EntityGuards {
  const zeros = new Float64Array(features);
  const profile = { own: false, trainedRows: 0, mean: zeros, sd: zeros, low: zeros, high: zeros };
  return new EntityGuards({ profile, stepMs: 60_000, timezone: 'UTC' }, newGuardMemory(features, null));
}
