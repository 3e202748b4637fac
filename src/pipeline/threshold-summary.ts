import { budgetAt, newestClosedStep, type DetectorState } from './detector-state.ts';

/** Where a detector's thresholds lie now, on the scale of S: the entity in the middle, and how well its own is known. */
export interface ThresholdSummary {
  readonly method: string;
  /** The raw score that makes the median entity's score 1, the offset taken into account. */
  readonly raw: number;
  /** A 90 % interval around it. */
  readonly low: number;
  readonly high: number;
  /** What is added to every S to keep the detector's budget. */
  readonly offset: number;
  /** Entities whose threshold rests on too little yet. */
  readonly provisionalEntities: number;
}

const METHOD = 'peaks over threshold on declustered log scores of 7 days, offset from the alerts of 28 days';
/** The middle of so many entities is near enough; more would hold the pipeline up. */
const MOST_SORTED = 2000;

/** Sums a detector's thresholds up; `null` while nothing is scored. */
export function thresholdSummary(detector: DetectorState): ThresholdSummary | null {
  const found: { raw: number; reach: number }[] = [];
  let provisionalEntities = 0;
  const context = detector.models.at(-1)?.context;
  if (context === undefined) return null;
  const terms = budgetAt(detector, newestClosedStep(detector), context.calibrations.entityCount);
  for (const { scoring } of detector.entities.values()) {
    if (scoring === null) continue;
    const { calibration } = scoring;
    if (calibration.provisional) provisionalEntities += 1;
    if (found.length === MOST_SORTED) continue;
    found.push({ raw: calibration.threshold(terms.lnRate), reach: calibration.thresholdReach(terms.lnRate) });
  }
  const middle = found.sort((a, b) => a.raw - b.raw)[found.length >> 1];
  if (middle === undefined) return null;
  const raw = middle.raw - terms.offset;
  const { reach } = middle;
  return {
    method: METHOD,
    raw,
    low: raw - reach,
    high: raw + reach,
    offset: terms.offset,
    provisionalEntities,
  };
}
