import type { ScoreItem } from '../../model/scoring-model.ts';
import type { Contribution, ScoredStep } from '../effects.ts';
import { contributionsOf } from './contributions.ts';
import { passesGates } from '../alerts/passes-gates.ts';
import type { NearStep } from './near-alerts.ts';
import type { NormalView } from './normals/normal-views.ts';
import { isRowUnusual, scoreRaw, type RawScore } from './raw-scores.ts';
import { learnStep, type ScoringContext, type ScoringState } from './scoring-state.ts';

/** One step to be scored: its last rows up to itself, as the model wants them. */
export interface ScoreRequest extends ScoreItem {
  readonly state: ScoringState;
  readonly step: number;
  /** Of an entity of which levels were accepted: its rows as each of them sees them. */
  readonly views?: readonly NormalView[];
}

/** What scoring says of a step, and which features did it (largest part first, at most 5). */
export interface StepScore {
  readonly scored: ScoredStep;
  readonly contributions: readonly Contribution[];
  /** For the entity's near alerts, in the order of its steps whatever versions scored them. */
  readonly near: NearStep | null;
  /** What the score is made of. */
  readonly parts: RawScore;
  /** The row is unusual by itself, but S no more than this hour usually brings: it counts as usual. */
  readonly usualHour: boolean;
  /** The least raw score that scores 1, with the detector's offset taken off. */
  readonly threshold: number;
  /** Id of the level that explained the step best; `null` where none was accepted. */
  readonly normal: number | null;
}

/**
 * Scores steps in one call of the model, then calibrates each in turn; the requests of one entity must be in step
 * order. Results are in the order of the requests and the same for any cut into batches.
 */
export function scoreSteps(context: ScoringContext, requests: readonly ScoreRequest[]): StepScore[] {
  const scores = scoreRaw(
    context.model,
    requests.map((request) => ({ ...request, profile: request.state.profile, guards: request.state.guards })),
  );
  return scores.map((score, i) => {
    const { state, step } = at(requests, i);
    const { calibration } = state;
    calibration.advance(step);
    const { offset, lnRate } = context.budgetAt(step);
    const calibrated = calibration.score(score.raw + offset, lnRate);
    const contributions = contributionsOf(score, context.spec.features);
    const isUnusual = isRowUnusual(score);
    const usualHour = isUnusual && calibration.isUsualHour(step, score.raw);
    const rowUnusual = isUnusual && !usualHour;
    const scored: ScoredStep = {
      detector: context.spec.name,
      entity: state.entity,
      step,
      modelVersion: context.model.version,
      raw: score.raw,
      score: calibrated,
      scoreWithoutGuards: calibration.score(score.model.logError + offset, lnRate),
      over: calibrated >= 1 && rowUnusual,
      rowUnusual,
      alertable: rowUnusual && passesGates(context.spec, contributions),
      provisional: calibration.provisional,
    };
    return {
      scored,
      contributions,
      near: learnStep(context, calibration, scored),
      parts: score,
      usualHour,
      threshold: calibration.threshold(lnRate) - offset,
      normal: score.normal?.id ?? null,
    };
  });
}

function at(requests: readonly ScoreRequest[], index: number): ScoreRequest {
  const request = requests[index];
  if (request === undefined) throw new RangeError(`no request ${index} of ${requests.length}`);
  return request;
}
