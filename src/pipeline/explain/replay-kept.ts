import type { KeptStep } from '../checkpoint.ts';
import { rememberStep } from '../close-steps.ts';
import { modelAt, type DetectorState } from '../detector-state.ts';
import type { GateState } from '../alerts/gate-state.ts';
import { EffectsCollector } from '../effects-collector.ts';
import type { AlertNotification, AlertTransition, Contribution, ScoredStep } from '../effects.ts';
import { normalsInBytes } from '../entity-bytes.ts';
import { acceptEntityGate, advanceEntityGate } from '../entity-gate.ts';
import type { Entity } from '../entity.ts';
import { scoreAll, type QueuedStep } from '../score-queue.ts';
import type { EntityNormals } from '../scoring/normals/normal.ts';
import type { NormalView } from '../scoring/normals/normal-views.ts';
import type { StepScore } from '../scoring/score-steps.ts';
import type { ScoringContext } from '../scoring/scoring-state.ts';
import type { KeptHistory } from './kept-history.ts';
import { LevelsThen } from './levels-then.ts';
import { recallEntity } from './recall-entity.ts';

/** A kept step, scored and taken through its entity's gate once more. */
export interface ReplayedStep {
  readonly kept: KeptStep;
  /** As it is scored now: what it was made of. `null` if nothing can score it. */
  readonly score: StepScore | null;
  /** As it was said then; `null` if it had no score. */
  readonly said: ScoredStep | null;
  /** The model in use at the step, `null` without one. */
  readonly context: ScoringContext | null;
  /** Rows without a break up to this one: what its windows could see, at most. */
  readonly rows: number;
  readonly gateBefore: GateState;
  readonly gateAfter: GateState;
  readonly transitions: readonly AlertTransition[];
  readonly notifications: readonly AlertNotification[];
}

/** Steps scored in one call of the model, after which the caller may let others on. */
const BATCH = 256;

/**
 * Takes an entity's kept steps from `fromStep` on through scoring and its gate, with the functions that the pipeline calls, a
 * batch at a time. The gate goes by what was said of each step then, which is what happened; it begins with no more than the alert that
 * fired already. `detector`
 * is a state of one's own with the models that were in use; it is changed. Where levels were accepted, a step is held against the
 * one that explained it then.
 */
export function* replayKept(
  detector: DetectorState,
  history: KeptHistory,
  fromStep: number,
): Generator<readonly ReplayedStep[]> {
  const entity = recallEntity(detector, history, fromStep);
  const levels = new LevelsThen(detector.spec, normalsOf(detector, history));
  const replay = { detector, entity, levels, acceptedSteps: new Set(history.acceptedSteps) };
  let before = -Infinity;
  let batch: KeptBatch = [];
  for (const kept of history.kept) {
    const afterBreak = kept.step !== before + 1;
    before = kept.step;
    if (kept.step < fromStep) {
      if (afterBreak) entity.history.clear();
      entity.history.push(kept.values);
      levels.note(kept);
      continue;
    }
    const { step, values, filled } = kept;
    // A step of nothing but carried values was never scored.
    const fresh = !Number.isNaN(kept.raw);
    const heard = NOTHING_HEARD;
    const queued = rememberStep(detector, entity, { step, values, filled, fresh, heard, afterBreak });
    batch.push({
      kept,
      queued: atLevel(queued, levels.viewOf(kept, queued.rows)),
      rows: entity.history.count,
    });
    levels.note(kept);
    if (batch.length < BATCH) continue;
    yield gated(replay, batch);
    batch = [];
  }
  if (batch.length > 0) yield gated(replay, batch);
}

/** Read only where a step names a level: few entities have any. */
function normalsOf({ spec }: DetectorState, { state, kept }: KeptHistory): EntityNormals | null {
  const hasLevels = kept.some(({ normal }) => normal !== undefined);
  return state === undefined || !hasLevels ? null : normalsInBytes(spec, state);
}

type KeptBatch = { readonly kept: KeptStep; readonly queued: QueuedStep; readonly rows: number }[];

interface Replay {
  readonly detector: DetectorState;
  readonly entity: Entity;
  readonly levels: LevelsThen;
  readonly acceptedSteps: ReadonlySet<number>;
}

function atLevel(queued: QueuedStep, view: NormalView | null): QueuedStep {
  const { request } = queued;
  if (view === null || request === null) return queued;
  return { ...queued, request: { ...request, item: { ...request.item, views: [view] } } };
}

function gated({ detector, entity, levels, acceptedSteps }: Replay, batch: KeptBatch): ReplayedStep[] {
  const scores = scoreAll(batch.map(({ queued }) => queued));
  return batch.map(({ kept, queued, rows }) => {
    const score = scores.get(queued) ?? null;
    const said = asSaid(kept, score, queued);
    const gateBefore = entity.gate;
    const effects = new EffectsCollector();
    const told =
      said === null
        ? null
        : {
            scored: said,
            contributions: score?.contributions ?? NONE,
            ...(score && { threshold: score.threshold }),
          };
    const outlet = { effects, maxAlertAgeMs: Infinity };
    advanceEntityGate(queued, told, outlet);
    if (acceptedSteps.has(kept.step)) {
      const isWhole = levels.acceptedAt(kept.step)?.accepted?.isWhole === true;
      acceptEntityGate(queued, { ...outlet, isWhole });
    }
    return {
      kept,
      score,
      said,
      context: modelAt(detector, kept.step),
      rows,
      gateBefore,
      gateAfter: entity.gate,
      transitions: effects.transitions,
      notifications: effects.notifications,
    };
  });
}

const NONE: readonly Contribution[] = [];
/** The rules beside the score are not played again: what they said is on record. */
const NOTHING_HEARD = new Uint8Array(0);

/** The verdict that was kept, with what is not kept from now. */
function asSaid(kept: KeptStep, score: StepScore | null, { vector }: QueuedStep): ScoredStep | null {
  const { step, raw, over, alertable } = kept;
  if (Number.isNaN(raw)) return null;
  const { detector, entity } = vector;
  const unknown = {
    detector,
    entity,
    step,
    modelVersion: '',
    scoreWithoutGuards: kept.score,
    rowUnusual: over || alertable,
    provisional: false,
  };
  return { ...(score?.scored ?? unknown), raw, score: kept.score, over, alertable };
}
