import { EntityGuards } from '../../../../src/pipeline/scoring/guards/entity-guards.ts';
import { newGuardMemory } from '../../../../src/pipeline/scoring/guards/guard-memory.ts';

const QUARTER_MS = 15 * 60_000;

/** New guards of features whose mean is 0 and sd 1. */
export function fakeGuards(features = 2, stepMs = QUARTER_MS, timezone = 'UTC'): EntityGuards {
  const of = (value: number): Float64Array => new Float64Array(features).fill(value);
  const profile = { own: true, trainedRows: 100_000, mean: of(0), sd: of(1), low: of(-1), high: of(1) };
  return new EntityGuards({ profile, stepMs, timezone }, newGuardMemory(features, null));
}
