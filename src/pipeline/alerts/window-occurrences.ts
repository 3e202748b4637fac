import type { CronTimes, QuietWindow, TimeSpan } from './quiet-window.ts';

const DAY_MS = 86_400_000;
/** So far back a recurring window is ever asked for: what is kept to learn from is not older. */
const REACH_MS = 40 * DAY_MS;

/** When a window is there. The times of one that recurs are worked out once, as far as they are asked for. */
export class WindowOccurrences {
  readonly #window: QuietWindow;
  readonly #next: ((afterMs: number) => number) | null;
  /** All starts in (#fromMs, #untilMs], ascending. */
  #starts: number[] = [];
  #fromMs = Infinity;
  #untilMs = -Infinity;

  constructor(window: QuietWindow, cron: CronTimes) {
    this.#window = window;
    this.#next = window.recurs === null ? null : cron(window.recurs.schedule, window.recurs.timezone);
  }

  /** Those that touch [fromMs, untilMs). */
  within(fromMs: number, untilMs: number): TimeSpan[] {
    const { recurs, fromMs: first, untilMs: last } = this.#window;
    if (recurs === null || this.#next === null) {
      return first < untilMs && last > fromMs && first < last ? [{ fromMs: first, untilMs: last }] : [];
    }
    const oldest = Math.max(fromMs, untilMs - REACH_MS) - recurs.durationMs;
    this.#workOut(this.#next, oldest, untilMs);
    return this.#starts
      .filter((start) => start > oldest && start < untilMs && start >= first && start < last)
      .map((start) => ({ fromMs: start, untilMs: Math.min(start + recurs.durationMs, last) }));
  }

  #workOut(next: (afterMs: number) => number, fromMs: number, untilMs: number): void {
    if (fromMs < this.#fromMs || fromMs > this.#untilMs) {
      // Entities' clocks differ: a little earlier is asked for next.
      this.#starts = [];
      this.#fromMs = fromMs - DAY_MS;
      this.#untilMs = fromMs - DAY_MS;
    }
    if (untilMs <= this.#untilMs) return;
    for (let at = next(this.#untilMs); at <= untilMs; at = next(at)) this.#starts.push(at);
    this.#untilMs = untilMs;
    const oldest = untilMs - 2 * REACH_MS;
    if (this.#fromMs >= oldest) return;
    this.#starts = this.#starts.filter((start) => start > oldest);
    this.#fromMs = oldest;
  }
}
