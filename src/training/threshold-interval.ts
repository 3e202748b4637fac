import { createRandom } from '../core/random.ts';
import { EntityCalibration } from '../pipeline/scoring/entity-calibration.ts';
import type { HoldOutScores } from '../pipeline/scoring/initial-calibrations.ts';
import { cohortTail, initialCalibrations } from '../pipeline/scoring/initial-calibrations.ts';

/** Scores stay together in blocks of so many, since neighbours share their windows. */
const BLOCK_ROWS = 64;
const LEAST_BLOCKS = 8;
const RESAMPLES = 40;
const TAIL = 0.05;

/**
 * How far an entity's first threshold could lie elsewhere by chance: block bootstrap of its hold-out scores, 5 % and 95 % quantiles.
 * `null` with fewer than 8 blocks.
 */
export function thresholdInterval(
  scores: HoldOutScores,
  stepMs: number,
  lnBudget: number,
): readonly [number, number] | null {
  const { entity, cohort, steps, raw } = scores;
  const blocks = Math.floor(raw.length / BLOCK_ROWS);
  if (blocks < LEAST_BLOCKS) return null;
  const random = createRandom(1);
  const thresholds = Float64Array.from({ length: RESAMPLES }, () => {
    const resampled = Array.from({ length: blocks }, () => {
      const from = random.integer(blocks) * BLOCK_ROWS;
      return raw.slice(from, from + BLOCK_ROWS);
    }).flat();
    const own = { entity, cohort, steps: steps.slice(0, resampled.length), raw: resampled };
    const calibrations = initialCalibrations([own], stepMs);
    const setting = {
      stepMs,
      cohort: cohortTail(calibrations, cohort),
      nextRefitMs: () => Infinity,
      excluded: () => [],
    };
    const bytes = calibrations.entities.get(entity);
    if (bytes === undefined) throw new RangeError(`no calibration of ${entity}`);
    return EntityCalibration.fromBytes(bytes, setting).threshold(lnBudget);
  }).sort();
  const at = (share: number): number => thresholds[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return [at(TAIL), at(1 - TAIL)];
}
