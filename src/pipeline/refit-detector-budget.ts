import { ScoreHistogram } from '../core/score-histogram.ts';
import { stepEndMs } from '../core/step-grid.ts';
import type { DetectorState } from './detector-state.ts';
import type { Entity } from './entity.ts';
import { BUDGET_WINDOW_MS, refitBudget, type BudgetGathered } from './scoring/budget-refit.ts';
import type { StepRun } from './step-run.ts';

/** As many as a step still open may be held against: the one in force, and those that wait for their effective step. */
const REFITS_KEPT = 4;

/**
 * Refits a detector's offset for each boundary of `calibration.schedule` before which all steps of all entities are
 * closed now (docs/adr/006). What it counts ends at the boundary and what it decides begins at a later one, which no
 * entity can have reached by then, so neither depends on how far which entity has come in between.
 */
export function refitDetectorBudget(run: StepRun, detector: DetectorState): void {
  const { state } = run;
  const closedMs = stepEndMs(detector.closedByWatermark, detector.spec.stepMs);
  if (closedMs < detector.nextBudgetRefitMs) return;
  run.settle();
  detector.nextBudgetRefitMs = state.nextRefitMs(detector, closedMs);
  for (;;) {
    const atMs = oldestBoundary(detector);
    if (atMs > closedMs) return;
    const gathered = gather(detector, atMs);
    const previous = detector.budgetRefits.at(-1) ?? null;
    // After a restart an entity's row may bring back what was counted before it.
    if (gathered.entities === 0 || (previous !== null && previous.atMs >= atMs)) continue;
    const { spec } = detector;
    const effectiveMs = state.nextRefitMs(detector, atMs + mostAheadMs(detector));
    const effectiveStep = Math.ceil(effectiveMs / spec.stepMs);
    const refit = refitBudget({
      spec,
      previous,
      atMs,
      effectiveStep,
      gathered,
      forgiven: forgivenBy(detector, atMs),
    });
    detector.budgetRefits = [...detector.budgetRefits, refit].slice(-REFITS_KEPT);
    run.effects.budgetRefits.push(refit);
  }
}

/**
 * How far an entity's own clock may have come beyond the boundary before the watermark closes it: a sender's clock may be
 * fast, and partitions are read aligned to within the lateness.
 */
function mostAheadMs({ spec }: DetectorState): number {
  return spec.absentAfterMs + spec.maxFutureMs + 2 * spec.allowedLatenessMs + spec.stepMs;
}

/** Alerts of the window up to a boundary that had been labelled *real* before it. */
function forgivenBy({ exclusions, spec }: DetectorState, atMs: number): number {
  const since = atMs - BUDGET_WINDOW_MS;
  return exclusions
    .filter((one) => one.effectiveStep * spec.stepMs <= atMs && one.toStep * spec.stepMs > since)
    .reduce((sum, { alerts }) => sum + alerts, 0);
}

function oldestBoundary({ entities }: DetectorState): number {
  let oldest = Infinity;
  for (const { scoring } of entities.values()) {
    oldest = Math.min(oldest, scoring?.nearAlerts.oldestUntilMs ?? Infinity);
  }
  return oldest;
}

function gather(detector: DetectorState, atMs: number): BudgetGathered {
  const margins = new ScoreHistogram();
  let entities = 0;
  let rows = 0;
  for (const entity of detector.entities.values()) {
    const tally = entity.scoring?.nearAlerts.take(atMs) ?? null;
    if (tally === null || isGoneBy(detector, entity, atMs)) continue;
    entities += 1;
    rows += tally.rows;
    margins.merge(tally.margins);
  }
  return { entities, rows, margins };
}

/** Whether a watermark that rises step by step would have had the entity forgotten before it closes the boundary. */
function isGoneBy({ spec }: DetectorState, { series }: Entity, atMs: number): boolean {
  const closesAtMs = Math.ceil(atMs / spec.stepMs) * spec.stepMs + spec.absentAfterMs;
  return series.clockMs + spec.forgetAfterMs <= closesAtMs;
}
