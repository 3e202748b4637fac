/** Lower ends of the levels by which scores are coloured; 1 is the threshold. */
const ENDS: readonly number[] = [0, 0.5, 0.8, 1, 1.5, 3];

/** Words for a level, for the key and for who can't see colours. */
export const LEVEL_NAMES: readonly string[] = [
  'below 0.5',
  'from 0.5',
  'from 0.8, near the threshold',
  'over the threshold',
  'from 1.5',
  'from 3',
];

/** Level 0 … 5 of a score; 3 and more are over the threshold. CSS has a colour for each. */
export function scoreLevel(score: number): number {
  return Math.max(
    0,
    ENDS.findLastIndex((end) => score >= end),
  );
}
