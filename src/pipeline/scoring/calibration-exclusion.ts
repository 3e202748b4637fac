/**
 * A stretch of an entity that its threshold must not be learned from (labelled *real* or *planned*, maintenance, a
 * telemetry fault), from the first refit at or after `effectiveStep` on: a row, so that a replay repeats it.
 */
export interface CalibrationExclusion {
  readonly detector: string;
  readonly entity: string;
  /** Both inclusive. */
  readonly fromStep: number;
  readonly toStep: number;
  readonly effectiveStep: number;
  /** Delivered alerts in it that the budget is not to count: 1 for an alert labelled *real*. */
  readonly alerts: number;
}

/** An exclusion is of no use once nothing that old is kept, ms. */
export const CALIBRATION_KEPT_MS = 35 * 86_400_000;

/** The list with one more: it replaces what was said of the same stretch before, and those too old to matter go. */
export function withExclusion(
  known: readonly CalibrationExclusion[],
  added: CalibrationExclusion,
  stepMs: number,
): CalibrationExclusion[] {
  const oldest = added.effectiveStep - CALIBRATION_KEPT_MS / stepMs;
  return [
    ...known.filter((one) => one.toStep >= oldest && !isSameStretch(one, added)),
    ...(added.toStep >= oldest ? [added] : []),
  ];
}

function isSameStretch(a: CalibrationExclusion, b: CalibrationExclusion): boolean {
  return a.entity === b.entity && a.fromStep === b.fromStep && a.toStep === b.toStep;
}
