import type { AlertBudget } from '../core/detector.ts';

const PERIODS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };

/** Reads `5 per week`, `2 per day` (of the whole detector) or `1 per week per entity`; `null` if the text is no budget. */
export function parseBudget(text: string): AlertBudget | null {
  const match = /^(\d+(?:\.\d+)?)\s+per\s+(hour|day|week)(\s+per\s+entity)?$/.exec(text.trim());
  if (match === null) return null;
  const count = Number(match[1]);
  const perMs = PERIODS[match[2] ?? ''];
  if (perMs === undefined || !(count > 0)) return null;
  return { count, perMs, scope: match[3] === undefined ? 'detector' : 'entity' };
}
