import { createRandom } from '../../src/core/random.ts';

/** The newest rows of an entity `[count, width]`, to be changed in place; `sd` is the spread of the feature that is hit. */
export interface FaultSite {
  readonly rows: Float64Array;
  readonly count: number;
  readonly width: number;
  readonly feature: number;
  readonly mean: number;
  readonly sd: number;
}

/** Injects one fault that is at its height, or at its end, in the newest row. */
export type Fault = (site: FaultSite) => void;

/** Faults at sizes that every kind of model should see, in spreads of the feature. */
export const FAULTS = {
  spike: (site) => change(site, 1, (value) => value + 6 * site.sd),
  drop: (site) => change(site, 1, (value) => value - 6 * site.sd),
  shift: (site) => change(site, 14, (value) => value + 3 * site.sd),
  stuck: (site) => {
    const held = valueAt(site, site.count - 40);
    change(site, 40, () => held);
  },
  drift: (site) => change(site, 32, (value, row) => value + (4 * site.sd * (row + 1)) / 32),
  noise: (site) => {
    const random = createRandom(9);
    change(site, 16, (value) => value + 2 * site.sd * random.normal());
  },
  'broken correlation': (site) => change(site, 24, (value) => 2 * site.mean - value),
  'phase shift': (site) => {
    const before = site.rows.slice();
    change(site, 24, (_, row) => valueAt({ ...site, rows: before }, site.count - 24 + row - 40));
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

function change(
  { rows, count, width, feature }: FaultSite,
  length: number,
  to: (value: number, row: number) => number,
): void {
  for (let row = 0; row < length; row++) {
    const index = (count - length + row) * width + feature;
    rows[index] = to(rows[index] ?? Number.NaN, row);
  }
}

function valueAt({ rows, width, feature }: FaultSite, row: number): number {
  return rows[row * width + feature] ?? Number.NaN;
}
