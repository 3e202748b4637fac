import type { DetectorSpec } from '../core/detector.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import type { IncidentFold } from './alerts/incident-fold.ts';
import type { QuietWindows } from './alerts/quiet-windows.ts';
import { maintenanceOf } from './quiet-entities.ts';
import type { Entity } from './entity.ts';
import type { BudgetRefit } from './scoring/budget-refit.ts';
import type { Acceptance } from './alerts/acceptance.ts';
import type { CalibrationExclusion } from './scoring/calibration-exclusion.ts';
import { lnBudgetRate, type BudgetTerms } from './scoring/budget-rate.ts';
import type { ScoringContext } from './scoring/scoring-state.ts';
import type { PromotionTrial } from './promotion-trial.ts';
import { NO_STEP } from './series/entity-series.ts';
import { isAwaited, type SourceState } from './source-state.ts';

/** A model version and the first step that it scores. */
export interface LiveModel {
  readonly context: ScoringContext;
  readonly effectiveStep: number;
}

/** One detector's entities and models. */
export interface DetectorState {
  /** Its place in `PipelineState.detectors`. */
  readonly index: number;
  readonly spec: DetectorSpec;
  /** The sources that it watches, as far as they were heard of. */
  readonly sources: SourceState[];
  readonly entities: Map<string, Entity>;
  /** Steps up to this one are closed for every entity, by the watermark. */
  closedByWatermark: number;
  /** In order of effective steps; several while entities have not come past the newest one's. */
  models: LiveModel[];
  /** In order of effective steps: those that steps still open may be held against, and the newest. */
  budgetRefits: BudgetRefit[];
  exclusions: CalibrationExclusion[];
  /** What people said is normal now, as far as it may still be heeded. */
  acceptances: Acceptance[];
  /** Once all steps before it are closed, the budget is to be refit, ms; -Infinity while that is not known. */
  nextBudgetRefitMs: number;
  /** Of the model promoted last; `null` without one before it, and when it is over. */
  trial: PromotionTrial | null;
  /** What its alerts make together. */
  readonly incidents: IncidentFold;
  /** Of all detectors. */
  readonly quiet: QuietWindows;
}

/** The version that scores a step: the last that is effective by then. */
export function modelAt(detector: DetectorState, step: number): ScoringContext | null {
  return detector.models.findLast((model) => model.effectiveStep <= step)?.context ?? null;
}

/** What a step's score is held against; before the first refit `trainedEntities` share the budget. */
export function budgetAt(detector: DetectorState, step: number, trainedEntities: number): BudgetTerms {
  const refit = detector.budgetRefits.findLast(({ effectiveStep }) => effectiveStep <= step);
  const lnRate = lnBudgetRate(detector.spec, refit?.entities ?? trainedEntities);
  return { offset: refit?.offset ?? 0, lnRate };
}

/** What a refit of an entity's threshold at a step leaves out. */
export function excludedAt(
  detector: DetectorState,
  entity: string,
  atStep: number,
): readonly CalibrationExclusion[] {
  const labelled = detector.exclusions.filter((one) => one.entity === entity && one.effectiveStep <= atStep);
  return [...labelled, ...maintenanceOf(detector, entity, atStep)];
}

/** Newest step that any entity has closed, `NO_STEP` without one. */
export function newestClosedStep(detector: DetectorState): number {
  let newest = NO_STEP;
  for (const { series } of detector.entities.values()) newest = Math.max(newest, series.lastFreshStep);
  return newest;
}

/** Takes out the versions that no step still open can want, nor a trial that fails; returns the models that are then used nowhere. */
export function releasePassedModels(detector: DetectorState): ScoringModel[] {
  const { models, trial } = detector;
  if (models.length < 2) return [];
  let oldestOpen = Infinity;
  for (const { series } of detector.entities.values())
    oldestOpen = Math.min(oldestOpen, series.closedThrough + 1);
  const needed = models.findLastIndex((model) => model.effectiveStep <= oldestOpen);
  const previous = models.findLastIndex(({ context }) => context.model.version === trial?.previous);
  const passed = models.splice(0, Math.max(0, previous < 0 ? needed : Math.min(needed, previous)));
  const used = new Set(models.map(({ context }) => context.model));
  return [...new Set(passed.map(({ context }) => context.model))].filter((model) => !used.has(model));
}

/**
 * How far the sources of a detector have come, ms: the slowest that something is awaited of, so that a dead one holds
 * nobody back, or the newest when nothing is awaited of any. -Infinity while an awaited one has not begun.
 */
export function detectorWatermark({ sources }: DetectorState): number {
  const awaited = sources.filter(isAwaited).map(({ watermarkMs }) => watermarkMs);
  if (awaited.length > 0) return Math.min(...awaited);
  return Math.max(-Infinity, ...sources.map(({ watermarkMs }) => watermarkMs));
}

/** The present as far as it is known, ms: by the records of a detector's sources, and by what the clock said when they came in. */
export function newestKnown(detector: DetectorState): number {
  return Math.max(newestRecord(detector), ...detector.sources.map(({ presentMs }) => presentMs));
}

/** Newest time of a Kafka record of a detector's sources, ms. */
export function newestRecord({ sources }: DetectorState): number {
  let newest = -Infinity;
  for (const { newestRecordMs } of sources) newest = Math.max(newest, newestRecordMs);
  return newest;
}
