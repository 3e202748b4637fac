import type { DetectorSpec } from '../core/detector.ts';

const DAY_MS = 86_400_000;
const PERIODS: readonly (readonly [ms: number, name: string])[] = [
  [3_600_000, 'hour'],
  [DAY_MS, 'day'],
  [7 * DAY_MS, 'week'],
];

/** Delivered incidents a day that a detector's budget allows with so many entities. */
export function incidentsPerDay(detector: DetectorSpec, entities: number): number {
  const { count, perMs, scope } = detector.alert.budget;
  return ((count * DAY_MS) / perMs) * (scope === 'entity' ? entities : 1);
}

/**
 * What a detector's budget means for people, one line a number of entities, as
 * `hosts: 5 per week = 0.71 incidents a day, one every 1.4 days (with 100 entities: each about every 140 days)`.
 */
export function budgetLines(detector: DetectorSpec, entityCounts: readonly number[]): string[] {
  return entityCounts.map((entities) => {
    const perDay = incidentsPerDay(detector, entities);
    const each = everyText(entities / perDay);
    return `${detector.name}: ${budgetText(detector)} = ${rounded(perDay)} incidents a day, ${everyText(1 / perDay)} (with ${entities} ${entities === 1 ? 'entity' : 'entities'}: ${each} each)`;
  });
}

/** A detector's budget in words, as `5 per week`. */
export function budgetText({ alert: { budget } }: DetectorSpec): string {
  const period = PERIODS.find(([ms]) => ms === budget.perMs)?.[1] ?? `${budget.perMs} ms`;
  return `${budget.count} per ${period}${budget.scope === 'entity' ? ' per entity' : ''}`;
}

function everyText(days: number): string {
  if (days >= 1) return `one every ${rounded(days)} days`;
  if (days >= 1 / 24) return `one every ${rounded(days * 24)} hours`;
  return `one every ${rounded(days * 24 * 60)} minutes`;
}

/** Two digits that count. */
function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
