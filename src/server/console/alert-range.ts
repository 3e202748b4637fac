/** Event time around an alert, Unix ms: as long as it lasted before and after it, at least an hour of steps. */
export function rangeAround(
  alert: { readonly firstStepOver: number; readonly lastStepOver: number },
  stepMs: number,
): { fromMs: number; toMs: number } {
  const fromMs = alert.firstStepOver * stepMs;
  const toMs = (alert.lastStepOver + 1) * stepMs;
  const margin = Math.max(toMs - fromMs, 60 * stepMs);
  return { fromMs: fromMs - margin, toMs: toMs + margin };
}
