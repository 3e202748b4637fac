import type { DetectorState } from '../detector-state.ts';
import type { Alert } from '../effects.ts';
import { normalsInBytes } from '../entity-bytes.ts';
import { newEntity, type Entity } from '../entity.ts';
import type { EntityNormals } from '../scoring/normals/normal.ts';
import type { KeptHistory } from './kept-history.ts';
import { scoringAt } from './scoring-at.ts';

/**
 * An entity as it was before a step, as far as the store still knows: its scoring, and the alert that fired then. Its rows are
 * left to the caller. `detector` is a state of one's own.
 */
export function recallEntity(detector: DetectorState, history: KeptHistory, fromStep: number): Entity {
  const entity = newEntity(detector.spec, history.entity, history.labels);
  entity.cohort = history.cohort;
  entity.scoring = scoringAt(detector, history, fromStep);
  entity.gate = { ...entity.gate, open: openBefore(history, fromStep) };
  return entity;
}

/**
 * Puts an entity into a detector's state as it was before a step, ready for its samples from there on, and held: its threshold
 * stays as it is known to be now. `history` ends before the step.
 */
export function resumeEntity(detector: DetectorState, history: KeptHistory, fromStep: number): void {
  const entity = recallEntity(detector, history, fromStep);
  const { kept, state } = history;
  entity.scoring?.calibration.hold();
  const last = kept.at(-1)?.step;
  entity.series.clockMs = fromStep * detector.spec.stepMs;
  entity.series.closedThrough = fromStep - 1;
  if (last !== undefined) entity.series.lastFreshStep = last;
  for (const [index, { step, values }] of kept.entries()) {
    if (kept[index - 1]?.step !== step - 1) entity.history.clear();
    entity.history.push(values);
  }
  const normals = state === undefined ? null : normalsInBytes(detector.spec, state);
  entity.normals = normals === null ? null : normalsBefore(normals, history, fromStep);
  detector.entities.set(entity.key, entity);
}

/** The alert that fired when the first step looked at came, as it was then; `null` if none did. */
function openBefore({ alerts = [], kept }: KeptHistory, fromStep: number): Alert | null {
  const first = kept.find(({ step }) => step >= fromStep)?.step ?? fromStep;
  const open = alerts.findLast(
    ({ firedStep, resolvedStep }) =>
      firedStep !== null && firedStep < first && (resolvedStep === null || resolvedStep >= first),
  );
  return open === undefined ? null : { ...open, state: 'firing', resolvedStep: null, resolution: null };
}

/** The levels that were accepted by then, with which of them each kept row was explained best; `null` without any. */
function normalsBefore(
  { known }: EntityNormals,
  { kept }: KeptHistory,
  fromStep: number,
): EntityNormals | null {
  const then = known.filter(({ accepted }) => accepted === undefined || accepted.step < fromStep);
  const hasLevel = then.some(({ id }) => id !== 0);
  return hasLevel ? { known: then, rows: kept.map(({ normal }) => normal ?? 0) } : null;
}
