import type { EntitySpan } from '../../../src/core/evaluation/match-events.ts';
import type { LabelledEntity } from './labelled-entity.ts';

const DAY_MS = 86_400_000;
const QUIET_ROWS = 5;

/**
 * Alerts of a plain detector in the labelled part: a row is over if its score is above 1.1 × the largest score of the seven
 * days before its day; an alert ends after five rows that are not over.
 */
export function baselineAlerts(entity: LabelledEntity, scores: Float64Array): EntitySpan[] {
  const { stepMs, startMs, trainRows } = entity;
  const day = Math.max(1, Math.round(DAY_MS / stepMs));
  const runs: { first: number; last: number }[] = [];
  let threshold = Infinity;
  for (let row = trainRows; row < scores.length; row++) {
    if ((row - trainRows) % day === 0) {
      const week = scores.subarray(Math.max(0, row - 7 * day), row);
      threshold = 1.1 * week.reduce((a, b) => Math.max(a, b), -Infinity);
    }
    if ((scores[row] ?? 0) <= threshold) continue;
    const run = runs.at(-1);
    if (run !== undefined && row - run.last <= QUIET_ROWS) run.last = row;
    else runs.push({ first: row, last: row });
  }
  return runs.map(({ first, last }) => ({
    entity: entity.entity,
    startMs: startMs + first * stepMs,
    endMs: startMs + last * stepMs,
  }));
}
