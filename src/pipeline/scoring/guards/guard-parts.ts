import type { ModelScore } from '../../../model/scoring-model.ts';
import type { RunningReading } from './guard-reading.ts';

const SLOPE = 10;
/** How much louder the running guards are where they lead. */
const LEADING = 8;

/** What the training range adds to the log score S (RECIPE §1.5). */
export function trainingRangePart(g: number): number {
  return Math.log(1 + SLOPE * g);
}

/**
 * What the running guards add to S. In a detector of several features nothing: there the model finds what they find, and their
 * own noise costs false alerts; they only say what is unusual in an alert. Of a single feature they speak beside a model as
 * softly as the training range, since louder ones take the budget from what the model finds. Without one (`type: none`) they
 * lead, because the training range repeats itself for as long as a new level lasts; and beside one that has seen less than a
 * week, whose errors say little yet. docs/quality.md has both measured.
 */
export function runningGuardsPart({ g, isYoung }: RunningReading, { contributions }: ModelScore): number {
  if (contributions.length > 1) return 0;
  // An ensemble without members shares nothing out.
  const loud = !isYoung && contributions.some((share) => share > 0) ? 1 : LEADING;
  return loud * Math.log(1 + loud * SLOPE * g);
}
