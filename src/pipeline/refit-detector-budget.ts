import type { DetectorSpec } from '../core/detector.ts';
import type { Labels } from '../core/sample.ts';
import { stepEndMs } from '../core/step-grid.ts';
import { IncidentCount, incidentRule, type CarriedIncidents } from './alerts/incident-count.ts';
import { groupingOf, groupOf, labelsOfKey } from './alerts/incident-group.ts';
import type { DetectorState } from './detector-state.ts';
import type { Entity } from './entity.ts';
import { BUDGET_WINDOW_MS, refitBudget, type BudgetGathered } from './scoring/budget-refit.ts';
import { LEVEL_COUNT } from './scoring/margin-levels.ts';
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
    const previous = detector.budgetRefits.at(-1) ?? null;
    const gathered = gather(detector, atMs, previous?.carried);
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

/** Incidents of the window up to a boundary of which an alert had been labelled *real* before it. */
function forgivenBy({ exclusions, spec, entities }: DetectorState, atMs: number): number {
  const { stepMs, windows } = spec;
  const since = atMs - BUDGET_WINDOW_MS;
  const count = new IncidentCount(incidentRule(groupingOf(spec), stepMs));
  for (const { entity, fromStep, toStep, effectiveStep, alerts } of exclusions) {
    if (alerts === 0 || effectiveStep * stepMs > atMs || toStep * stepMs <= since) continue;
    const labels = labelsOfKey(spec.entity, entity);
    const group = sharedName(spec, { key: entity, labels, cohort: entities.get(entity)?.cohort ?? '' });
    const lastStep = toStep - Math.max(...windows);
    count.add({ group, firing: { step: fromStep, from: 0, to: 0, lastStep, goesOn: false } });
  }
  return count.count()[0] ?? 0;
}

function oldestBoundary({ entities }: DetectorState): number {
  let oldest = Infinity;
  for (const { scoring } of entities.values()) {
    oldest = Math.min(oldest, scoring?.nearAlerts.oldestUntilMs ?? Infinity);
  }
  return oldest;
}

function gather(
  detector: DetectorState,
  atMs: number,
  carried: readonly CarriedIncidents[] | undefined,
): BudgetGathered {
  const { spec } = detector;
  const count = new IncidentCount(incidentRule(groupingOf(spec), spec.stepMs), carried);
  const alone = new Array<number>(LEVEL_COUNT).fill(0);
  let entities = 0;
  let rows = 0;
  for (const entity of detector.entities.values()) {
    const tallies = entity.scoring?.nearAlerts.take(atMs) ?? [];
    if (tallies.length === 0 || isGoneBy(detector, entity, atMs)) continue;
    entities += 1;
    for (const tally of tallies) {
      rows += tally.rows;
      tally.alone.forEach((more, level) => (alone[level] = (alone[level] ?? 0) + more));
      if (tally.firings.length === 0) continue;
      const group = sharedName(spec, entity);
      for (const firing of tally.firings) count.add({ group, firing });
    }
  }
  const incidents = count.count().map((begun, level) => begun + (alone[level] ?? 0));
  return { entities, rows, incidents, carried: count.carriedTo(Math.ceil(atMs / spec.stepMs)) };
}

/**
 * What alerts have to share to count once. A budget of each entity has an incident once at each that is part of it, since it is
 * about how often one of them calls.
 */
function sharedName(
  spec: DetectorSpec,
  of: { readonly key: string; readonly labels: Labels; readonly cohort: string },
): string {
  if (spec.alert.budget.scope === 'entity') return of.key;
  return JSON.stringify(Object.values(groupOf(spec, of)));
}

/** Whether a watermark that rises step by step would have had the entity forgotten before it closes the boundary. */
function isGoneBy({ spec }: DetectorState, { series }: Entity, atMs: number): boolean {
  const closesAtMs = Math.ceil(atMs / spec.stepMs) * spec.stepMs + spec.absentAfterMs;
  return series.clockMs + spec.forgetAfterMs <= closesAtMs;
}
