import type { AlertSpec, DetectorSpec } from '../../core/detector.ts';
import type { Contribution } from '../effects.ts';

type Gates = Pick<DetectorSpec, 'alert' | 'features'>;

/** A feature with a smaller share of the error is noise beside the others, and does not count for `min_features`. */
const LEAST_SHARE = 0.05;

/** The gates of a feature: its own, or else the detector's. */
export function gateOf(
  { alert, features }: Gates,
  feature: string,
): Pick<AlertSpec, 'direction' | 'minChange'> {
  const own = features.find(({ name }) => name === feature)?.gate;
  return { direction: own?.direction ?? alert.direction, minChange: own?.minChange ?? alert.minChange };
}

/**
 * Whether a feature's change is of the sort that people asked for: in `direction`, by at least `min_change`, its own or else the
 * detector's. One without a known culprit passes: ignorance never silences.
 */
export function passesChange(gates: Gates, culprit: Contribution | undefined): boolean {
  if (culprit === undefined) return true;
  const { feature, seen, expected } = culprit;
  if (!Number.isFinite(seen) || !Number.isFinite(expected)) return true;
  const {
    direction,
    minChange: { relative, absolute },
  } = gateOf(gates, feature);
  if (direction === 'up' && seen <= expected) return false;
  if (direction === 'down' && seen >= expected) return false;
  return Math.abs(seen - expected) >= Math.max(relative * Math.abs(expected), absolute);
}

/**
 * Whether a step over is one to tell of: the leading feature's change is wanted, and of those that carry a twentieth of the error
 * or more at least `min_features` are. `contributions`: largest share first; none known passes.
 */
export function passesGates(gates: Gates, contributions: readonly Contribution[]): boolean {
  if (!passesChange(gates, contributions[0])) return false;
  const { minFeatures } = gates.alert;
  if (minFeatures <= 1 || contributions.length === 0) return true;
  const straying = contributions.filter((one) => one.ratio >= LEAST_SHARE && passesChange(gates, one));
  return straying.length >= minFeatures;
}
