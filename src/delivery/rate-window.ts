/** Keeps a limit of so many in any stretch of time, counted from this process' start. */
export class RateWindow {
  readonly #count: number;
  readonly #perMs: number;
  /** When the last `count` were, oldest first. */
  #taken: number[] = [];

  /** `null`: no limit. */
  constructor(limit: { readonly count: number; readonly perMs: number } | null) {
    this.#count = limit?.count ?? Infinity;
    this.#perMs = limit?.perMs ?? 0;
  }

  /** How many may go now. */
  room(nowMs: number): number {
    // What lies in the future was before the clock was set back, nobody knows how long ago.
    this.#taken = this.#taken.filter((atMs) => atMs > nowMs - this.#perMs && atMs <= nowMs);
    return this.#count - this.#taken.length;
  }

  /** After how many ms there is room for one more; 0 = now. */
  waitMs(nowMs: number): number {
    return this.room(nowMs) > 0 ? 0 : Math.max(1, (this.#taken[0] ?? nowMs) + this.#perMs - nowMs);
  }

  take(nowMs: number): void {
    if (this.#count !== Infinity) this.#taken.push(nowMs);
  }
}
