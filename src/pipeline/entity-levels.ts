import type { DetectorSpec } from '../core/detector.ts';
import { covers, isAbout } from './alerts/acceptance.ts';
import type { DetectorState } from './detector-state.ts';
import type { Alert } from './effects.ts';
import { acceptEntityGate, type GateOutlet } from './entity-gate.ts';
import type { Entity } from './entity.ts';
import { historyRows } from './row-history.ts';
import type { QueuedStep } from './score-queue.ts';
import { withExclusion } from './scoring/calibration-exclusion.ts';
import { newLevelMemory, withLevelRow, type LevelMemory } from './scoring/normals/level-memory.ts';
import { newLevel, type LevelChange, type NewLevel } from './scoring/normals/new-level.ts';
import { isLearned, withNormal, withRow } from './scoring/normals/normal.ts';
import { normalViews } from './scoring/normals/normal-views.ts';
import { usualRow } from './scoring/normals/usual-row.ts';
import type { ScoreRequest, StepScore } from './scoring/score-steps.ts';
import type { ScoringContext, ScoringState } from './scoring/scoring-state.ts';

/** Whether a step of the entity may bring another normal for the next one: then they can't be scored in one call. */
export function mayChangeLevel({ spec, acceptances }: DetectorState, entity: Entity): boolean {
  if (entity.normals !== null || spec.alert.acceptAfterMs !== null) return true;
  return acceptances.some((acceptance) => isAbout(acceptance, entity.key, entity.labels));
}

/** The rows of a step as each of the entity's levels sees them; nothing where only the model's own is known. */
export function viewsOf(
  { spec }: ScoringContext,
  { normals }: Entity,
  { step, rows }: { readonly step: number; readonly rows: Float64Array },
): Pick<ScoreRequest, 'views'> {
  if (normals === null) return {};
  const features = spec.features.map(({ name }) => name);
  const memorySteps = Math.ceil(spec.alert.acceptMemoryMs / spec.stepMs);
  return { views: normalViews(normals, { features, rows, step, memorySteps }) };
}

/** When another model begins to score an entity: one that has learned the accepted level itself needs no map to it. */
export function forgetLearnedLevels(
  { spec }: ScoringContext,
  entity: Entity,
  { profile }: ScoringState,
): void {
  const column = new Map(spec.features.map(({ name }, index) => [name, index]));
  const meanOf = (feature: string): number => profile.mean[column.get(feature) ?? -1] ?? Number.NaN;
  if (entity.normals !== null && isLearned(entity.normals, meanOf)) entity.normals = null;
}

/** Takes note of which level a step was at. */
export function noteNormal({ detector, entity, vector }: QueuedStep, score: StepScore | null): void {
  if (entity.normals === null) return;
  const rowsKept = historyRows(detector.spec);
  entity.normals = withRow(entity.normals, { id: score?.normal ?? null, step: vector.step, rowsKept });
}

/**
 * Follows the level of an entity while its alert is open, and makes it a normal one when people have said so, or when it has
 * stayed for `accept_after`: the alert ends, and the next step is scored with it. To be called after the gate has seen the step.
 */
export function advanceLevel(queued: QueuedStep, score: StepScore | null, outlet: GateOutlet): void {
  const { entity, detector, request } = queued;
  const open = entity.gate.shift?.alert ?? entity.gate.open;
  if (open === null) {
    entity.level = null;
    return;
  }
  if (score === null || request === null) return;
  const { context, item } = request;
  entity.level = grownLevel(queued, open, request);
  if (open.state !== 'firing' || entity.level.rows < historyRows(detector.spec)) return;
  const verdict = verdictOn(queued, open);
  if (verdict === 'no') return;
  const level = newLevel(entity.level, {
    features: context.spec.features.map(({ name }) => name),
    profile: item.state.profile,
    contributions: open.contributions,
  });
  if (verdict === 'if_not_worse' && level.changes.some((change) => isWorse(detector.spec, change))) return;
  accept(queued, { open, level, state: item.state, outlet });
}

function grownLevel(
  { entity, vector, rows }: QueuedStep,
  { firstStepOver }: Alert,
  { context, item }: NonNullable<QueuedStep['request']>,
): LevelMemory {
  const width = context.spec.features.length;
  const { stepMs } = context.spec;
  const count = rows.length / width;
  const known = entity.level?.sinceStep === firstStepOver ? entity.level : null;
  // The first steps over were there before their alert was.
  const first = known === null ? Math.max(0, count - 1 - (vector.step - firstStepOver)) : count - 1;
  let level = known ?? newLevelMemory(firstStepOver, rows.subarray(0, first * width), width);
  for (let row = first; row < count; row++) {
    const usual = usualRow(context, item.state, vector.step - (count - 1 - row));
    level = withLevelRow(level, rows.subarray(row * width, (row + 1) * width), { usual, stepMs });
  }
  return level;
}

/** Whether the level of a firing alert is normal now: because people say so, or because it has stayed for so long. */
function verdictOn(
  { detector, entity, vector: { step } }: QueuedStep,
  open: Alert,
): 'yes' | 'no' | 'if_not_worse' {
  const { acceptances, spec } = detector;
  const isSaid = acceptances.some(
    (one) => isAbout(one, entity.key, entity.labels) && covers(one, open, step),
  );
  if (isSaid) return 'yes';
  const { acceptAfterMs } = spec.alert;
  if (acceptAfterMs === null || open.kind !== 'shift' || open.firedStep === null) return 'no';
  return (step - open.firedStep) * spec.stepMs < acceptAfterMs ? 'no' : 'if_not_worse';
}

function isWorse({ features }: DetectorSpec, { feature, by }: LevelChange): boolean {
  const worse = features.find(({ name }) => name === feature)?.gate?.worse ?? null;
  return worse === (by > 0 ? 'up' : 'down');
}

function accept(
  queued: QueuedStep,
  now: {
    readonly open: Alert;
    readonly level: NewLevel;
    readonly state: ScoringState;
    readonly outlet: GateOutlet;
  },
): void {
  const { detector, entity, vector } = queued;
  const { open, level, state, outlet } = now;
  const { step } = vector;
  entity.level = null;
  acceptEntityGate(queued, { ...outlet, isWhole: level.isWhole });
  entity.series.changed = true;
  if (level.changes.length === 0) return;
  const maps = level.changes.map(({ by: _by, ...map }) => map);
  const rowsKept = historyRows(detector.spec);
  const accepted = { fromStep: open.firstStepOver, step, isWhole: level.isWhole };
  entity.normals = withNormal(entity.normals, { maps, accepted, rowsKept });
  state.calibration.rowWanted();
  // What is not brought back is left to the thresholds, which need these scores for it.
  if (!level.isWhole) return;
  const exclusion = {
    detector: detector.spec.name,
    entity: entity.key,
    fromStep: open.firstStepOver,
    toStep: step,
    effectiveStep: step + 1,
    alerts: 0,
  };
  detector.exclusions = withExclusion(detector.exclusions, exclusion, detector.spec.stepMs);
  outlet.effects.exclusions.push(exclusion);
}
