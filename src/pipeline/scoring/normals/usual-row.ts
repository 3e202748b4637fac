import { cohortProfiles } from '../guards/initial-guards.ts';
import { readGuardBytes, FLOATS } from '../guards/guard-memory.ts';
import { otherKindOfDay, slotAt, SLOTS } from '../guards/time-of-day.ts';
import type { ScoringContext, ScoringState } from '../scoring-state.ts';

/** What training has seen of an entity at a step's hour, by feature, in the features' units; the mean where it has seen nothing. */
export function usualRow(context: ScoringContext, state: ScoringState, step: number): Float64Array {
  const { spec, calibrations } = context;
  const { entity, cohort, profile } = state;
  const features = spec.features.length;
  const slot = slotAt(step * spec.stepMs, spec.training.timezone);
  const own = readGuardBytes(calibrations.guards.entities.get(entity) ?? new Uint8Array(0), features)?.floats;
  const shared = own === undefined ? cohortProfiles(calibrations.guards, cohort, features) : null;
  const scaled = (feature: number, at: number): number =>
    own?.[feature * FLOATS + at] ?? shared?.[feature * SLOTS + at] ?? Number.NaN;
  return Float64Array.from({ length: features }, (_, feature) => {
    const here = scaled(feature, slot);
    const usual = Number.isNaN(here) ? scaled(feature, otherKindOfDay(slot)) : here;
    return profile.mean[feature]! + (Number.isNaN(usual) ? 0 : usual) * profile.sd[feature]!;
  });
}
