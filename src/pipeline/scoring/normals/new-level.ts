import type { EntityProfile } from '../../../model/scoring-model.ts';
import type { Contribution } from '../../effects.ts';
import type { FeatureLevel, LevelMemory } from './level-memory.ts';
import { sumsOf } from './level-memory.ts';
import type { LevelMap } from './normal.ts';

/** A mean of fewer rows than that says little. */
const LEAST_ROWS = 16;
/** So many spreads off, a feature has changed for sure; so many if the alert names it. */
const CHANGED_SDS = 1;
const NAMED_SDS = 0.25;
/** A feature with a smaller share of the alert's error is not what has changed. */
const LEAST_SHARE = 0.1;
/** A spread further off than by half as much again from both stories is one that no map can bring back. */
const NEAR = Math.log(1.5);
const MOST_RATIO = 20;

/** A feature that has changed its level. */
export interface LevelChange extends LevelMap {
  /** From what is usual at those hours to what is now, in the feature's unit. */
  readonly by: number;
}

/** What an acceptance can do about a level. */
export interface NewLevel {
  readonly changes: readonly LevelChange[];
  /** The maps bring back all that the alert names; else the thresholds have to learn the rest. */
  readonly isWhole: boolean;
}

export interface LevelSource {
  readonly features: readonly string[];
  readonly profile: EntityProfile;
  /** The alert's, to know what has changed. */
  readonly contributions: readonly Contribution[];
}

/**
 * What has changed since the onset, and the maps that bring it back to the model's normal. The level is the mean against what is
 * usual at the same hours. The spread, that of steps from one value to the next against the rows before the onset, tells two
 * stories apart: all is more by as much, or all is so many times as much. A map that did more would flatten the daily course too.
 */
export function newLevel(memory: LevelMemory, source: LevelSource): NewLevel {
  const { features, profile, contributions } = source;
  let isWhole = true;
  const changes = features.flatMap((feature, index) => {
    const level = memory.features[index];
    const sd = profile.sd[index] ?? Number.NaN;
    const { rows, sum, usual } = level === undefined ? { rows: 0, sum: 0, usual: 0 } : sumsOf(level);
    if (level === undefined || rows < LEAST_ROWS) return [];
    const [now, before] = [sum / rows, usual / rows];
    const by = now - before;
    const named = contributions.some((one) => one.feature === feature && one.ratio >= LEAST_SHARE);
    const changed = Math.abs(by) >= (named ? NAMED_SDS : CHANGED_SDS) * sd;
    const { ratio, fits } = spreadStory(level, now / before);
    if (named && !fits) isWhole = false;
    if (!changed) return [];
    const factor = 1 / ratio;
    const shift = before - now * factor;
    const map = { feature, factor, shift, mean: profile.mean[index] ?? Number.NaN, by };
    return Object.values(map).every((part) => typeof part === 'string' || Number.isFinite(part)) ? [map] : [];
  });
  return { changes, isWhole: isWhole && changes.length > 0 };
}

/** Whether values grew by as much (1) or so many times as much, whichever their spread is nearer to, and whether it is near. */
function spreadStory(
  level: FeatureLevel,
  levelRatio: number,
): { readonly ratio: number; readonly fits: boolean } {
  const { steps, stepSquares } = sumsOf(level);
  const { stepsBefore, stepSquaresBefore } = level;
  if (steps < LEAST_ROWS || stepsBefore < LEAST_ROWS || !(stepSquares > 0) || !(stepSquaresBefore > 0)) {
    return { ratio: 1, fits: true };
  }
  const measured = Math.sqrt(stepSquares / steps / (stepSquaresBefore / stepsBefore));
  const off = (story: number): number => (story > 0 ? Math.abs(Math.log(measured / story)) : Infinity);
  const isTimes = off(levelRatio) < off(1) && levelRatio <= MOST_RATIO && levelRatio >= 1 / MOST_RATIO;
  const ratio = isTimes ? levelRatio : 1;
  return { ratio, fits: off(ratio) <= NEAR };
}
