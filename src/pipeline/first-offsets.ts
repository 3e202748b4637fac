/** More stretches than that are not remembered: the oldest go. */
const MOST_STRETCHES = 4096;

/** Start of a stretch of event time, ms, and the oldest offset with a sample in it. */
export type FirstOffset = readonly [startMs: number, offset: number];

/**
 * Where the samples of each stretch of event time begin in one partition's log, so that another store can be told from
 * where on to read. Offsets are noted in the order of reading; what is read again changes nothing.
 */
export class FirstOffsets {
  readonly #widthMs: number;
  readonly #offsets: Map<number, number>;
  #lastStartMs = NaN;

  /** `widthMs` is the length of a stretch; the detectors' shortest step is fine enough. */
  constructor(widthMs: number, noted: readonly FirstOffset[] = []) {
    this.#widthMs = widthMs;
    this.#offsets = new Map(noted);
  }

  /** A selected sample at an event time, in the record at an offset. */
  note(timeMs: number, offset: number): void {
    const startMs = Math.floor(timeMs / this.#widthMs) * this.#widthMs;
    if (startMs === this.#lastStartMs) return;
    this.#lastStartMs = startMs;
    if (!this.#offsets.has(startMs)) this.#offsets.set(startMs, offset);
  }

  /** The oldest offset with a sample of `timeMs` or later; Infinity if there is none. */
  since(timeMs: number): number {
    let oldest = Infinity;
    for (const [startMs, offset] of this.#offsets) {
      if (startMs + this.#widthMs > timeMs && offset < oldest) oldest = offset;
    }
    return oldest;
  }

  /** Forgets the stretches that end by `timeMs`. */
  forgetBefore(timeMs: number): void {
    for (const startMs of this.#offsets.keys()) {
      if (startMs + this.#widthMs <= timeMs) this.#offsets.delete(startMs);
    }
    const excess = this.#offsets.size - MOST_STRETCHES;
    if (excess > 0) for (const [startMs] of this.noted().slice(0, excess)) this.#offsets.delete(startMs);
    this.#lastStartMs = NaN;
  }

  /** The log is another one now, or is read from elsewhere. */
  clear(): void {
    this.#offsets.clear();
    this.#lastStartMs = NaN;
  }

  /** All that is remembered, oldest stretch first. */
  noted(): FirstOffset[] {
    return [...this.#offsets].sort(([a], [b]) => a - b);
  }
}
