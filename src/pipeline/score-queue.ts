import type { DetectorState } from './detector-state.ts';
import type { EffectsCollector } from './effects-collector.ts';
import type { ClosedVector } from './effects.ts';
import type { Entity } from './entity.ts';
import { advanceEntityGate } from './entity-gate.ts';
import { advanceLevel, noteNormal } from './entity-levels.ts';
import { publishFault, type ClosedFaults } from './rules/publish-fault.ts';
import { scoreSteps, type ScoreRequest, type StepScore } from './scoring/score-steps.ts';
import type { ScoringContext } from './scoring/scoring-state.ts';

/** One closed step that waits to be scored with others. */
export interface QueuedStep {
  readonly detector: DetectorState;
  readonly entity: Entity;
  readonly vector: ClosedVector;
  /** The entity's rows up to this step, `[count, features]`; empty without a model. */
  readonly rows: Float64Array;
  /** `null` if the step can't be scored. */
  readonly request: { readonly context: ScoringContext; readonly item: ScoreRequest } | null;
  /** The present when it closed: what `max_alert_age` is measured against. */
  readonly newestKnownMs: number;
  /** Time of the newest record then, the clock of incidents. */
  readonly clockMs: number;
  /** What the rules beside the score made of it, and the detector's entities by then; absent: nothing. */
  readonly faults?: ClosedFaults;
}

/** So many steps are scored in one call of the model: enough to fill its matrices, few enough for a slice of 20 ms. */
const MOST_QUEUED = 256;

/**
 * Closed steps on their way through scoring and gates. They are scored together and come out in the order they went
 * in; neither scores nor gates see where a batch ended.
 */
export class ScoreQueue {
  #steps: QueuedStep[] = [];
  readonly #entities = new Set<Entity>();

  /** Adds a step; scores all when there are enough. */
  push(step: QueuedStep, effects: EffectsCollector, maxAlertAgeMs: number): void {
    this.#steps.push(step);
    this.#entities.add(step.entity);
    if (this.#steps.length >= MOST_QUEUED) this.flush(effects, maxAlertAgeMs);
  }

  /** Whether a step of the entity waits. */
  holds(entity: Entity): boolean {
    return this.#entities.has(entity);
  }

  /** Scores and gates all that wait. */
  flush(effects: EffectsCollector, maxAlertAgeMs: number): void {
    const steps = this.#steps;
    this.#steps = [];
    this.#entities.clear();
    const scores = scoreAll(steps);
    for (const step of steps) {
      const score = scores.get(step) ?? null;
      if (step.request !== null && score !== null && score.near !== null) {
        step.request.item.state.nearAlerts.add(score.near);
      }
      effects.steps.push({
        vector: step.vector,
        scored: score?.scored ?? null,
        ...(score?.scored.over === true && { contributions: score.contributions }),
        ...(score !== null && score.normal !== null && { normal: score.normal }),
      });
      noteNormal(step, score);
      advanceEntityGate(step, score, { effects, maxAlertAgeMs });
      advanceLevel(step, score, { effects, maxAlertAgeMs });
      publishFaults(step, effects);
    }
  }
}

function publishFaults({ detector, entity, clockMs, faults }: QueuedStep, effects: EffectsCollector): void {
  if (faults === undefined) return;
  const { outcomes, entities } = faults;
  for (const fault of outcomes) publishFault(fault, { detector, entity, clockMs, entities }, effects);
}

/** The scores of the steps that have one, in one call of the model for each version. */
export function scoreAll(steps: readonly QueuedStep[]): Map<QueuedStep, StepScore> {
  const byVersion = new Map<ScoringContext, { readonly step: QueuedStep; readonly item: ScoreRequest }[]>();
  for (const step of steps) {
    if (step.request === null) continue;
    const { context, item } = step.request;
    const batch = byVersion.get(context);
    if (batch === undefined) byVersion.set(context, [{ step, item }]);
    else batch.push({ step, item });
  }
  const scores = new Map<QueuedStep, StepScore>();
  for (const [context, batch] of byVersion) {
    const results = scoreSteps(
      context,
      batch.map(({ item }) => item),
    );
    batch.forEach(({ step }, index) => {
      const result = results[index];
      if (result !== undefined) scores.set(step, result);
    });
  }
  return scores;
}
