import type { ModelScore } from '../../../model/scoring-model.ts';

const SLOPE = 10;
/** How much louder the running guards are where no model speaks. */
const ALONE = 8;

/** What the training range adds to the log score S (RECIPE §1.5). */
export function trainingRangePart(g: number): number {
  return Math.log(1 + SLOPE * g);
}

/**
 * What the running guards add to S. In a detector of several features nothing: there the model finds what they find, and their
 * own noise costs false alerts; they only say what is unusual in an alert. Of a single feature they speak beside a model as
 * softly as the training range, since louder ones take the budget from what the model finds. Without one (`type: none`) they
 * lead, because the training range repeats itself for as long as a new level lasts; docs/quality.md has it measured.
 */
export function runningGuardsPart(g: number, { contributions }: ModelScore): number {
  if (contributions.length > 1) return 0;
  // An ensemble without members shares nothing out.
  const loud = contributions.some((share) => share > 0) ? 1 : ALONE;
  return loud * Math.log(1 + loud * SLOPE * g);
}
