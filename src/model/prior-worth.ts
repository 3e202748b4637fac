/** Own rows, in multiples of what the prior is worth, at which it has lost half of that. */
const HALF_AT = 20;

/**
 * Rows that a prior still counts as beside `ownRows` own ones: all of `priorRows` for the young, next to none for those with a full
 * history. Held at `priorRows` for ever, it went on bending old entities toward neighbours that are unlike them (docs/quality.md).
 */
export function priorWorth(ownRows: number, priorRows: number): number {
  if (priorRows <= 0) return 0;
  return priorRows / (1 + (ownRows / (HALF_AT * priorRows)) ** 2);
}

/**
 * How much of a full history `ownRows` are, 0 … 1 (.5 where the prior has halved): what an entity counts for when a cohort's typical
 * numbers are taken. Half a day of rows shows half a day's spread, so that counted like the others' months it would lend its own lack.
 */
export function historyShare(ownRows: number, priorRows: number): number {
  return priorRows <= 0 ? 1 : 1 - priorWorth(ownRows, priorRows) / priorRows;
}
