import { bucketQuantile } from '../../core/bucket-quantile.ts';

/** Adds the buckets of several histograms up by their bounds; used again and again without garbage. */
export class HistogramAggregation {
  readonly #bounds: number[] = [];
  readonly #counts: number[] = [];
  /** Where the bound after the one that came last is looked for first. */
  #next = 0;

  clear(): void {
    this.#bounds.length = 0;
    this.#counts.length = 0;
    this.#next = 0;
  }

  /** Fastest where the bounds of one histogram come in ascending order. */
  add(bound: number, count: number): void {
    const [bounds, counts] = [this.#bounds, this.#counts];
    let at = this.#next;
    if (at > 0 && (bounds[at - 1] as number) >= bound) at = 0;
    while (at < bounds.length && (bounds[at] as number) < bound) at += 1;
    if (bounds[at] === bound) counts[at]! += count;
    else {
      bounds.splice(at, 0, bound);
      counts.splice(at, 0, count);
    }
    this.#next = at + 1;
  }

  /** The sum of counts with a bound; NaN if there was none. */
  count(bound: number): number {
    return this.#counts[this.#bounds.indexOf(bound)] ?? NaN;
  }

  /** See `bucketQuantile`; to be asked once, last. */
  quantile(q: number): number {
    return bucketQuantile(q, { bounds: this.#bounds, counts: this.#counts });
  }
}
