/** Rows of one block: as long as the longest default window, so that what one event does stays in few blocks. */
const BLOCK_STEPS = 64;

interface Block {
  rows: number;
  /** Sum of squared residuals, one element a feature. */
  readonly sums: Float64Array;
}

/** A model's squared residuals on one entity's hold-out, summed by blocks of 64 steps: bounded, and equal steps pair up. */
export class ResidualBlocks {
  /** What residuals are in units of: the model's own sd of each feature. */
  readonly sd: Float64Array;
  readonly #blocks = new Map<number, Block>();

  constructor(sd: Float64Array) {
    this.sd = sd;
  }

  /** Adds a row's residuals; NaN in them says that the model has none. */
  add(step: number, residuals: Float64Array): void {
    if (residuals.some(Number.isNaN)) return;
    const number = Math.floor(step / BLOCK_STEPS);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = { rows: 0, sums: new Float64Array(this.sd.length) };
      this.#blocks.set(number, block);
    }
    block.rows += 1;
    for (const [feature, residual] of residuals.entries()) {
      block.sums[feature] = (block.sums[feature] ?? 0) + residual;
    }
  }

  get numbers(): Iterable<number> {
    return this.#blocks.keys();
  }

  /** Mean squared residual of each feature in a block, in squares of `sd` (the own unless given); `null` without rows. */
  mean(number: number, sd: Float64Array = this.sd): Float64Array | null {
    const block = this.#blocks.get(number);
    if (block === undefined) return null;
    return block.sums.map((sum, j) => (sum / block.rows) * ((this.sd[j] ?? 1) / (sd[j] ?? 1)) ** 2);
  }

  /** Mean squared residual of each feature over all rows, in squares of the own sd; NaN without rows. */
  overall(): Float64Array {
    const sums = new Float64Array(this.sd.length);
    let rows = 0;
    for (const block of this.#blocks.values()) {
      rows += block.rows;
      for (const [feature, sum] of block.sums.entries()) sums[feature] = (sums[feature] ?? 0) + sum;
    }
    return sums.map((sum) => sum / rows);
  }
}
