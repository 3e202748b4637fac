import { LONGEST_WINDOW_MS } from '../../core/longest-window.ts';
import type { CronTimes, QuietWindow, TimeSpan } from './quiet-window.ts';

const DAY_MS = 86_400_000;
/** So far back a recurring window is ever asked for: what is kept to learn from is not older. */
const REACH_MS = 40 * DAY_MS;

/** A recurrence whose times are ready to be asked for. */
interface Recurring {
  readonly durationMs: number;
  readonly next: ReturnType<CronTimes>;
}

/**
 * When a window is there. The times of one that recurs are worked out once, as far as they are asked for; where one begins before
 * the last is over, they are one stretch, so that a dense schedule costs no more than its gaps.
 */
export class WindowOccurrences {
  readonly #window: QuietWindow;
  readonly #recurring: Recurring | null;
  /** What the starts in (#fromMs, #untilMs] cover, ascending, with gaps between. */
  #spans: TimeSpan[] = [];
  #fromMs = Infinity;
  #untilMs = -Infinity;

  constructor(window: QuietWindow, cron: CronTimes) {
    this.#window = window;
    const { recurs } = window;
    this.#recurring = recurs && {
      // What an earlier version kept may be longer.
      durationMs: Math.min(recurs.durationMs, LONGEST_WINDOW_MS),
      next: cron(recurs.schedule, recurs.timezone),
    };
  }

  /** Whether it is there at a time: for one that recurs that takes a single look at its schedule. */
  isAt(timeMs: number): boolean {
    const { fromMs, untilMs } = this.#window;
    if (timeMs < fromMs || timeMs >= untilMs) return false;
    if (this.#recurring === null) return true;
    const { durationMs, next } = this.#recurring;
    return next(Math.max(timeMs - durationMs, fromMs - 1)) <= timeMs;
  }

  /** The stretches that touch [fromMs, untilMs); of one that recurs their parts in it, no further back than what is kept to learn from. */
  within(fromMs: number, untilMs: number): TimeSpan[] {
    const { fromMs: first, untilMs: last } = this.#window;
    if (this.#recurring === null) {
      return first < untilMs && last > fromMs && first < last ? [{ fromMs: first, untilMs: last }] : [];
    }
    const oldest = Math.max(fromMs, untilMs - REACH_MS);
    const newest = Math.min(untilMs, last);
    this.#workOut(this.#recurring, oldest - this.#recurring.durationMs, untilMs);
    return this.#spans.flatMap((span) => {
      const part = { fromMs: Math.max(span.fromMs, oldest), untilMs: Math.min(span.untilMs, newest) };
      return part.fromMs < part.untilMs ? [part] : [];
    });
  }

  #workOut(recurring: Recurring, fromMs: number, untilMs: number): void {
    if (fromMs < this.#fromMs || fromMs > this.#untilMs) {
      // Entities' clocks differ: a little earlier is asked for next.
      this.#spans = [];
      this.#fromMs = fromMs - DAY_MS;
      this.#untilMs = fromMs - DAY_MS;
    }
    if (untilMs <= this.#untilMs) return;
    const { fromMs: first, untilMs: end } = this.#window;
    const lastMs = Math.min(untilMs, end - 1);
    let start = recurring.next(Math.max(this.#untilMs, first - 1));
    while (start <= lastMs) {
      const latest = lastStart(recurring.next, start, Math.min(start + recurring.durationMs, lastMs));
      this.#cover({ fromMs: start, untilMs: latest + recurring.durationMs });
      start = recurring.next(latest);
    }
    this.#untilMs = untilMs;
    const oldest = untilMs - 2 * REACH_MS;
    if (this.#fromMs >= oldest) return;
    this.#spans = this.#spans.filter((span) => span.untilMs > oldest);
    this.#fromMs = oldest;
  }

  #cover(span: TimeSpan): void {
    const before = this.#spans.at(-1);
    if (before === undefined || before.untilMs < span.fromMs) this.#spans.push(span);
    else this.#spans[this.#spans.length - 1] = { fromMs: before.fromMs, untilMs: span.untilMs };
  }
}

/** The last start up to `untilMs`, found by halves; `start` is one of them. */
function lastStart(next: Recurring['next'], start: number, untilMs: number): number {
  let last = start;
  let end = untilMs;
  for (let at = next(last); at <= end; at = next(last)) {
    last = at;
    const middle = (last + end) / 2;
    const after = next(middle);
    if (after <= end) last = after;
    else end = middle;
  }
  return last;
}
