import type { AlertSpec } from '../../core/detector.ts';
import type { Contribution } from '../effects.ts';

/**
 * Whether a step over is of the sort that people asked for: the culprit's value went in `direction`, by at least
 * `minChange` of what was expected. A step without a known culprit passes: ignorance never silences.
 */
export function passesGates(spec: AlertSpec, culprit: Contribution | undefined): boolean {
  if (culprit === undefined) return true;
  const { seen, expected } = culprit;
  if (!Number.isFinite(seen) || !Number.isFinite(expected)) return true;
  if (spec.direction === 'up' && seen <= expected) return false;
  if (spec.direction === 'down' && seen >= expected) return false;
  return Math.abs(seen - expected) >= spec.minChange * Math.abs(expected);
}
