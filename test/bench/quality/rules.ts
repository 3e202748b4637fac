import { PROTOTYPE, STRAYD } from './detector-rows.ts';
import type { RowResult } from './measure-rows.ts';
import { FIGURES, spread } from './figures.ts';

/** What strayd has to reach on a set, and whether it did. */
export interface Ruling {
  readonly measure: string;
  readonly rule: string;
  readonly value: number | null;
  readonly bound: number | null;
  readonly reached: boolean | null;
}

/** Sets on which strayd has to rank above every plain detector. */
const ABOVE_ALL = ['asd', 'js2'];
const MOST_BUDGET_RATIO = 2;
/** VUS-PR may lie this far below the prototype's: differences under .02 are noise. */
const VUS_MARGIN = 0.01;
const COLD_MARGIN = 0.03;

/** Holds strayd's row against the prototype's and, where asked, the plain detectors'; no row, no ruling. */
export function rulings(set: string, rows: readonly RowResult[], isCold: boolean): Ruling[] {
  const strayd = rows.find(({ name }) => name === STRAYD);
  if (strayd === undefined) return [];
  const prototype = rows.find(({ name }) => name === PROTOTYPE);
  const plain = rows.filter((row) => row !== strayd && row !== prototype);
  const area = meanOf(strayd, 'vus_pr');
  const reference = meanOf(prototype, 'vus_pr');
  const margin = isCold ? COLD_MARGIN : VUS_MARGIN;
  const found: Ruling[] = [
    ruling('VUS-PR', `≥ prototype − ${margin}`, area, reference === null ? null : reference - margin),
  ];
  if (isCold) return found;
  if (ABOVE_ALL.includes(set)) {
    const best = plain.reduce<number | null>(
      (most, row) => Math.max(most ?? 0, meanOf(row, 'vus_pr') ?? 0),
      null,
    );
    found.push(ruling('VUS-PR', '≥ every plain detector', area, best));
  }
  const ratio = meanOf(strayd, 'budget_ratio');
  const delay = meanOf(strayd, 'median_delay');
  found.push(
    {
      ...ruling('false alerts ÷ asked', '≤ 2', ratio, MOST_BUDGET_RATIO),
      reached: atMost(ratio, MOST_BUDGET_RATIO),
    },
    ruling('events found', '≥ prototype', meanOf(strayd, 'events_found'), meanOf(prototype, 'events_found')),
    {
      ...ruling('median delay, s', '≤ prototype', delay, meanOf(prototype, 'median_delay')),
      reached: atMost(delay, meanOf(prototype, 'median_delay')),
    },
  );
  return found;
}

function ruling(measure: string, rule: string, value: number | null, bound: number | null): Ruling {
  return { measure, rule, value, bound, reached: value === null || bound === null ? null : value >= bound };
}

function atMost(value: number | null, bound: number | null): boolean | null {
  return value === null || bound === null ? null : value <= bound;
}

function meanOf(row: RowResult | undefined, name: string): number | null {
  const figure = FIGURES.find((one) => one.name === name);
  return row === undefined || figure === undefined ? null : spread(figure, row.qualities).mean;
}
