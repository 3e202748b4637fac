/** Log scores below are counted in the first bin, above in the last: r = .02 … 150 000 on the log(r + .05) scale. */
const LOWEST = -4;
const HIGHEST = 12;
const BINS_PER_UNIT = 16;
const BINS = (HIGHEST - LOWEST) * BINS_PER_UNIT;

/** Counts of log scores in fixed bins 1/16 wide: additive over days and entities, so that quantiles need no rows. */
export class ScoreHistogram {
  readonly #counts = new Uint32Array(BINS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Counts a score; anything but a number is a programmer's error. */
  add(score: number, count = 1): void {
    if (Number.isNaN(score))
      throw new RangeError('a score to be counted is NaN; unscored steps must be left out');
    const bin = binOf(score);
    this.#counts[bin] = (this.#counts[bin] ?? 0) + count;
    this.#total += count;
  }

  /** Takes `count` rows away from the bin of `highest` downwards, as far as there are any. */
  removeBelow(highest: number, count: number): void {
    let left = count;
    for (let bin = binOf(highest); bin >= 0 && left > 0; bin--) {
      const removed = Math.min(left, this.#counts[bin] ?? 0);
      this.#counts[bin] = (this.#counts[bin] ?? 0) - removed;
      this.#total -= removed;
      left -= removed;
    }
  }

  merge(other: ScoreHistogram): void {
    other.#counts.forEach((count, bin) => {
      this.#counts[bin] = (this.#counts[bin] ?? 0) + count;
    });
    this.#total += other.#total;
  }

  /** The score below which a share `q` of the rows lies, straight within its bin; NaN if empty. */
  quantile(q: number): number {
    if (this.#total === 0) return Number.NaN;
    const wanted = q * this.#total;
    let below = 0;
    for (const [bin, count] of this.#counts.entries()) {
      if (count > 0 && below + count >= wanted) {
        return LOWEST + (bin + Math.max(0, wanted - below) / count) / BINS_PER_UNIT;
      }
      below += count;
    }
    return HIGHEST;
  }

  /** Mean and standard deviation from the bins' centres; NaN if empty. */
  moments(): { readonly mean: number; readonly sd: number } {
    let sum = 0;
    let squares = 0;
    for (const [centre, count] of this.#bins()) {
      sum += count * centre;
      squares += count * centre * centre;
    }
    const mean = sum / this.#total;
    return { mean, sd: Math.sqrt(Math.max(0, squares / this.#total - mean * mean)) };
  }

  /** Share of the rows in the fullest bin: near 1 for guards that are silent, whose score is the same number always. */
  fullestShare(): number {
    return this.#total === 0 ? 0 : Math.max(...this.#counts) / this.#total;
  }

  /** Pairs (bin centre, count) of the bins in use, ascending: `fromPairs` makes an equal histogram of them. */
  pairs(): number[] {
    return [...this.#bins()].flat();
  }

  /** The bins in use, ascending. */
  bins(): { readonly centre: number; readonly count: number; readonly width: number }[] {
    return Array.from(this.#bins(), ([centre, count]) => ({ centre, count, width: 1 / BINS_PER_UNIT }));
  }

  static fromPairs(pairs: readonly number[]): ScoreHistogram {
    const histogram = new ScoreHistogram();
    for (let i = 0; i + 1 < pairs.length; i += 2) histogram.add(pairs[i] ?? 0, pairs[i + 1] ?? 0);
    return histogram;
  }

  *#bins(): Generator<[number, number]> {
    for (const [bin, count] of this.#counts.entries()) {
      if (count > 0) yield [LOWEST + (bin + 0.5) / BINS_PER_UNIT, count];
    }
  }
}

function binOf(score: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor((score - LOWEST) * BINS_PER_UNIT)));
}
