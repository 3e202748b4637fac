import type { DetectorState } from '../detector-state.ts';
import { modelAt } from '../detector-state.ts';
import { restoreScoringState, type ScoringState } from '../scoring/scoring-state.ts';
import type { KeptHistory } from './kept-history.ts';

/**
 * An entity's scoring as it was before `step`, as far as the store still knows: from its calibration row and the steps after it; a row
 * that is newer already gives its thresholds, and the guards begin with the model's own and read the kept steps again. A model
 * that was put to use within the kept steps has everything again to the bit. `null` without a model.
 */
export function scoringAt(detector: DetectorState, history: KeptHistory, step: number): ScoringState | null {
  const context = modelAt(detector, step);
  if (context === null) return null;
  const { entity, cohort, calibration: row, kept } = history;
  const before = kept.filter((one) => one.step < step);
  const isOwnRow = row?.modelVersion === context.model.version;
  if (isOwnRow && row.upToStep < step) return restoreScoringState(context, entity, cohort, row, before);
  const since = detector.models.findLast((live) => live.context === context)?.effectiveStep ?? -Infinity;
  const anew = restoreScoringState(
    context,
    entity,
    cohort,
    null,
    before.filter((one) => one.step >= since),
  );
  const hasAll = since >= (kept[0]?.step ?? Infinity);
  if (!isOwnRow || hasAll) return anew;
  const { guards } = anew;
  return { ...restoreScoringState(context, entity, cohort, row, []), guards };
}
