import { createRandom } from '../../src/core/random.ts';
import type { TransitionRecord } from '../../src/store/transition-repository.ts';
import type { TestRecord } from '../support/kafka.ts';
import { LATENESS_MS, STEP_MS } from './drill-fleet.ts';

/** A stretch of the records at any place of which an alert is pending: it is so at `stillAt`, and still at `killedAt`. */
export interface KillPoint {
  readonly alertId: string;
  readonly stillAt: number;
  readonly killedAt: number;
}

/** Draws so many stretches between 10 and 90 % of the records, in order, from the transitions of an undisturbed run. */
export function killPoints(
  records: readonly TestRecord[],
  transitions: readonly TransitionRecord[],
  { seed, count }: { readonly seed: number; readonly count: number },
): KillPoint[] {
  const candidates = transitions.flatMap(({ alertId, to, step }) => {
    const end = transitions.find((other) => other.alertId === alertId && other.from === 'pending');
    if (to !== 'pending' || end === undefined || end.step < step + 2) return [];
    const stillAt = countUntil(records, closesMs(step) + STEP_MS - 5_000);
    const killedAt = countUntil(records, closesMs(end.step));
    return [{ alertId, stillAt, killedAt }];
  });
  const inside = candidates.filter(
    ({ stillAt, killedAt }) => stillAt > 0.1 * records.length && killedAt < 0.9 * records.length,
  );
  createRandom(seed).shuffle(inside);
  const chosen: KillPoint[] = [];
  for (const point of inside) {
    const isApart = chosen.every((other) => point.stillAt > other.killedAt || point.killedAt < other.stillAt);
    if (isApart && chosen.length < count) chosen.push(point);
  }
  if (chosen.length < count)
    throw new Error(`only ${chosen.length} stretches with a pending alert were found`);
  return chosen.sort((a, b) => a.stillAt - b.stillAt);
}

/** Record time from which on an entity closes the step: with its next scrape, which is within a step's time. */
function closesMs(step: number): number {
  return (step + 1) * STEP_MS + LATENESS_MS;
}

function countUntil(records: readonly TestRecord[], timeMs: number): number {
  return records.findIndex((record) => record.timeMs >= timeMs);
}
