import type { Random } from '../core/random.ts';

/** Kinds of faults that strayd puts into normal rows to learn what it would see. */
export const FAULT_KINDS = [
  'spike',
  'drop',
  'shift',
  'stuck',
  'drift',
  'noise',
  'broken_correlation',
  'phase_shift',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault in one feature. */
export interface Fault {
  readonly kind: FaultKind;
  /** Column of the rows. */
  readonly feature: number;
  /** First row, and how many rows it lasts. */
  readonly first: number;
  readonly rows: number;
  /**
   * In units of the feature's own spread; `phase_shift`: how many rows late, rounded. `stuck` and `broken_correlation` have no
   * size, only a length.
   */
  readonly size: number;
}

/** Normal rows `[n, features]` of one entity, oldest first, and how far each feature usually strays (its sd). */
export interface NormalRows {
  readonly values: Float64Array;
  readonly features: number;
  readonly spreads: Float64Array;
}

/**
 * A copy of the rows with a fault in them; missing values stay missing. A spike and a drop are off by the size at once and for
 * their whole length, up and down; a shift goes either way; a drift gets there in a straight line; noise is normal, with the size
 * as its sd. Stuck holds the value before the first row. A broken correlation takes the feature's own values from another time, so
 * that each is usual and only the relation is not; a phase shift takes those of `size` rows before.
 */
export function injectFault(rows: NormalRows, fault: Fault, random: Random): Float64Array {
  const { values, features, spreads } = rows;
  const result = values.slice();
  const count = values.length / features;
  const last = Math.min(count, fault.first + fault.rows);
  const value = (row: number): number => values[row * features + fault.feature] ?? Number.NaN;
  const change = changeOf(fault, { value, count, spread: spreads[fault.feature] ?? 0 }, random);
  for (let row = fault.first; row < last; row++) {
    const own = value(row);
    const changed = change(row, own);
    if (Number.isFinite(own) && Number.isFinite(changed)) result[row * features + fault.feature] = changed;
  }
  return result;
}

interface Column {
  readonly value: (row: number) => number;
  readonly count: number;
  readonly spread: number;
}

function changeOf(
  { kind, first, rows, size }: Fault,
  { value, count, spread }: Column,
  random: Random,
): (row: number, own: number) => number {
  const distance = size * spread;
  switch (kind) {
    case 'spike':
      return (_row, own) => own + distance;
    case 'drop':
      return (_row, own) => own - distance;
    case 'shift': {
      const signed = random.next() < 0.5 ? -distance : distance;
      return (_row, own) => own + signed;
    }
    case 'stuck': {
      const held = value(Math.max(0, first - 1));
      return () => held;
    }
    case 'drift': {
      const signed = random.next() < 0.5 ? -distance : distance;
      return (row, own) => own + (signed * (row - first + 1)) / rows;
    }
    case 'noise':
      return (_row, own) => own + distance * random.normal();
    case 'broken_correlation': {
      // Any start but one whose rows meet the fault's own, if there is one.
      const starts = Array.from({ length: Math.max(0, count - rows + 1) }, (_, start) => start);
      const apart = starts.filter((start) => Math.abs(start - first) >= rows);
      const start = apart[random.integer(Math.max(1, apart.length))] ?? 0;
      return (row) => value(start + row - first);
    }
    case 'phase_shift': {
      const late = Math.max(1, Math.round(size));
      return (row) => value(Math.max(0, row - late));
    }
  }
}
