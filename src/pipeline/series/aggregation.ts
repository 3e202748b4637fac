import type { FeatureSpec } from '../../core/detector.ts';

/** Makes one value of those of a feature's series, added up in the order given; used again and again without garbage. */
export class Aggregation {
  #count = 0;
  #sum = 0;
  #least = Infinity;
  #most = -Infinity;

  clear(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#least = Infinity;
    this.#most = -Infinity;
  }

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }

  /** NaN if there was no value. */
  result(kind: FeatureSpec['aggregate']): number {
    if (this.#count === 0) return NaN;
    switch (kind) {
      case 'sum':
        return this.#sum;
      case 'mean':
        return this.#sum / this.#count;
      case 'min':
        return this.#least;
      case 'max':
        return this.#most;
    }
  }
}
