import type { DetectorSpec } from '../core/detector.ts';

/** Least number of rows kept whatever the windows are: the forecast member looks back over some 40. */
const LEAST_ROWS = 64;

/** Rows of an entity that its scores may see, and that a restart must bring back. */
export function historyRows(spec: DetectorSpec): number {
  return Math.max(LEAST_ROWS, ...spec.windows);
}

/** The newest rows of an entity without a break between them, oldest first. */
export class RowHistory {
  readonly #features: number;
  readonly #limit: number;
  /** Room for a quarter more than the limit, so that rows move only once in so many steps. */
  #rows: Float64Array;
  #first = 0;
  #count = 0;

  constructor(features: number, limit: number) {
    this.#features = features;
    this.#limit = limit;
    this.#rows = new Float64Array(4 * features);
  }

  /** How many rows there are, at most the limit. */
  get count(): number {
    return this.#count;
  }

  push(row: Float64Array): void {
    if (this.#count === this.#limit) {
      this.#first += 1;
      this.#count -= 1;
    }
    const end = (this.#first + this.#count + 1) * this.#features;
    if (end > this.#rows.length) this.#makeRoom();
    this.#rows.set(row, (this.#first + this.#count) * this.#features);
    this.#count += 1;
  }

  /** A break: what comes next has nothing before it. */
  clear(): void {
    this.#first = 0;
    this.#count = 0;
  }

  /** A copy, `[count, features]`. */
  copy(): Float64Array {
    return this.#rows.slice(this.#first * this.#features, (this.#first + this.#count) * this.#features);
  }

  #makeRoom(): void {
    const rows = this.copy();
    const wanted = Math.min(Math.ceil(1.25 * this.#limit), 2 * this.#count + 4) * this.#features;
    if (wanted > this.#rows.length) this.#rows = new Float64Array(wanted);
    this.#rows.set(rows, 0);
    this.#first = 0;
  }
}
