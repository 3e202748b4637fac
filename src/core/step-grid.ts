/** Number of the step that an event time lies in: step k covers [k * stepMs, (k + 1) * stepMs). */
export function stepOf(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs);
}

/** First millisecond after a step. */
export function stepEndMs(step: number, stepMs: number): number {
  return (step + 1) * stepMs;
}

/** Newest step whose end is at or before `timeMs`; -Infinity for -Infinity. */
export function newestStepEndedBy(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs) - 1;
}
