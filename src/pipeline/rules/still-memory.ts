/** Bytes of one feature in {@link StillMemory.toBytes}: value, first step of the run, then six counts. */
export const STILL_BYTES = 2 * 8 + 6 * 4;

/** What is known of how one feature stands still: counts are of steps in which a sample of it came. */
export interface StillReading {
  readonly value: number;
  /** Step at which the value came, and how often it has been read since, that one too. */
  readonly sinceStep: number;
  readonly run: number;
  /** The longest that it stood still before, alerts seen once left out. */
  readonly longest: number;
  /** Of the last weeks: steps before this run, and those at which the value changed. */
  readonly seen: number;
  readonly moved: number;
}

/**
 * How long each feature of an entity has stood still exactly, now and at most, and how often it moves: all that the flatline rule
 * goes by. A run that was told of counts only when the like has come a second time: one real fault must not dull the rule, while
 * what is usual after all is told twice at most. Counts of moves are halved when they reach `keptSteps`, so old ways are forgotten.
 */
export class StillMemory {
  readonly #value: Float64Array;
  readonly #since: Float64Array;
  readonly #run: Uint32Array;
  readonly #longest: Uint32Array;
  readonly #longestTold: Uint32Array;
  readonly #seen: Uint32Array;
  readonly #moved: Uint32Array;
  readonly #told: Uint32Array;

  constructor(features: number) {
    this.#value = new Float64Array(features).fill(Number.NaN);
    this.#since = new Float64Array(features);
    this.#run = new Uint32Array(features);
    this.#longest = new Uint32Array(features);
    this.#longestTold = new Uint32Array(features);
    this.#seen = new Uint32Array(features);
    this.#moved = new Uint32Array(features);
    this.#told = new Uint32Array(features);
  }

  /** Takes a step's values in; only those count that are finite and of which a sample came (`heard` is not 0). */
  advance(step: number, values: Float64Array, heard: Uint8Array, keptSteps: number): void {
    for (let feature = 0; feature < values.length; feature++) {
      const value = values[feature] as number;
      if (heard[feature] === 0 || !Number.isFinite(value)) continue;
      if (value === this.#value[feature]) {
        this.#run[feature]! += 1;
        continue;
      }
      if (this.#run[feature] !== 0) this.#endRun(feature, keptSteps);
      this.#value[feature] = value;
      this.#since[feature] = step;
      this.#run[feature] = 1;
    }
  }

  /** What a feature shows now. */
  reading(feature: number): StillReading {
    return {
      value: this.#value[feature] ?? Number.NaN,
      sinceStep: this.#since[feature] ?? 0,
      run: this.#run[feature] ?? 0,
      longest: this.#longest[feature] ?? 0,
      seen: this.#seen[feature] ?? 0,
      moved: this.#moved[feature] ?? 0,
    };
  }

  /** How often the value that a feature has now has been read in a row: what is asked for each step. */
  run(feature: number): number {
    return this.#run[feature] ?? 0;
  }

  isTold(feature: number): boolean {
    return this.#told[feature] === 1;
  }

  setTold(feature: number, told: boolean): void {
    this.#told[feature] = told ? 1 : 0;
  }

  /** After a silence nobody knows whether the values stood still: the runs begin anew. */
  breakRuns(): void {
    this.#value.fill(Number.NaN);
    this.#run.fill(0);
    this.#told.fill(0);
  }

  /** All features one after the other. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#value.length * STILL_BYTES);
    this.#value.forEach((_, feature) => bytes.set(this.featureBytes(feature), feature * STILL_BYTES));
    return bytes;
  }

  /** One feature, `STILL_BYTES` long. */
  featureBytes(feature: number): Uint8Array {
    const bytes = new Uint8Array(STILL_BYTES);
    const view = new DataView(bytes.buffer);
    view.setFloat64(0, this.#value[feature] as number, true);
    view.setFloat64(8, this.#since[feature] as number, true);
    this.#counts().forEach((list, index) => {
      view.setUint32(16 + 4 * index, list[feature] as number, true);
    });
    return bytes;
  }

  /** Brings one feature back. */
  readFeature(feature: number, bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#value[feature] = view.getFloat64(0, true);
    this.#since[feature] = view.getFloat64(8, true);
    this.#counts().forEach((list, index) => {
      list[feature] = view.getUint32(16 + 4 * index, true);
    });
  }

  #counts(): readonly Uint32Array[] {
    return [this.#run, this.#longest, this.#longestTold, this.#seen, this.#moved, this.#told];
  }

  #endRun(feature: number, keptSteps: number): void {
    const run = this.#run[feature] as number;
    if (this.#told[feature] === 1) {
      const before = this.#longestTold[feature] as number;
      this.#longest[feature] = Math.max(this.#longest[feature] as number, Math.min(before, run));
      this.#longestTold[feature] = Math.max(before, run);
      return;
    }
    this.#longest[feature] = Math.max(this.#longest[feature] as number, run);
    this.#seen[feature]! += run;
    this.#moved[feature]! += 1;
    if ((this.#seen[feature] as number) < keptSteps) return;
    this.#seen[feature]! >>>= 1;
    this.#moved[feature]! >>>= 1;
  }
}
