import type { DetectorSpec } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';
import { formatUtcRange } from '../alerts/time-text.ts';
import { runningGuardsPart, trainingRangePart } from '../scoring/guards/guard-parts.ts';
import type { Alert } from '../effects.ts';
import { featureReadings, known } from './feature-readings.ts';
import type { ReplayedStep } from './replay-kept.ts';
import { stepChecks } from './step-checks.ts';
import type { AlertAtStep, StepCheck, StepExplanation } from './step-explanation.ts';
import { stepAnswer } from './step-sentence.ts';

/** What is known of a step beside its replay. */
export interface ExplainedOf {
  readonly spec: DetectorSpec;
  readonly entity: string;
  readonly labels: Labels;
  /** False: another model than then gives the parts. */
  readonly usedThen: boolean;
  /** The mute or maintenance in force at the step, in words; `null` or absent: none. */
  readonly quiet?: string | null;
  /** What the rules beside the score have to say of the step, in words; absent: nothing. */
  readonly faults?: readonly string[];
}

/** Scores that agree to this are the same: what differs more was made with other thresholds or guards than there are now. */
const SAME = 1e-9;

/** All that led to what was said of one step (DESIGN §6, `strayd explain`). */
export function explainStep(replayed: ReplayedStep, of: ExplainedOf): StepExplanation {
  const { kept, score, said, context, rows } = replayed;
  const { spec, entity, labels, usedThen } = of;
  const isSameScore = score !== null && Math.abs(score.scored.score - kept.score) <= SAME;
  const parts = score?.parts ?? null;
  return {
    detector: spec.name,
    entity,
    labels,
    mode: spec.mode,
    step: kept.step,
    at: new Date(kept.step * spec.stepMs).toISOString(),
    until: new Date((kept.step + 1) * spec.stepMs).toISOString(),
    when: formatUtcRange(kept.step * spec.stepMs, (kept.step + 1) * spec.stepMs),
    ...stepAnswer(replayed, spec),
    score: known(kept.score),
    raw: known(kept.raw),
    over: kept.over,
    scoreWithoutGuards: isSameScore ? known(score.scored.scoreWithoutGuards) : null,
    threshold: isSameScore ? known(score.threshold) : null,
    provisional: said?.provisional === true,
    parts:
      parts === null
        ? null
        : {
            model: parts.model.logError,
            trainingRange: trainingRangePart(parts.guard.g),
            runningGuards: runningGuardsPart(parts.running, parts.model),
          },
    rowRatio: known(parts?.model.newestRowRatio),
    model:
      context === null
        ? null
        : {
            version: context.model.version,
            usedThen,
            rows,
            rowsNeeded: context.model.rowsNeeded,
            rowsLeast: context.model.rowsLeast,
          },
    filled: kept.filled,
    features: featureReadings(spec, replayed),
    checks: said === null ? [] : withQuiet(stepChecks({ ...replayed, said }, spec), of.quiet ?? null),
    alert: alertAt(replayed, spec),
    notes: notesOf(replayed, of),
  };
}

function alertAt({ gateAfter, transitions }: ReplayedStep, { stepMs }: DetectorSpec): AlertAtStep | null {
  const alert: Alert | null = gateAfter.open ?? transitions.at(-1)?.alert ?? null;
  if (alert === null) return null;
  const { id, kind, state, firstStepOver } = alert;
  return { id, kind, state, since: new Date(firstStepOver * stepMs).toISOString() };
}

function notesOf(
  { kept, score, context, rows }: ReplayedStep,
  { usedThen, faults = [] }: ExplainedOf,
): string[] {
  const notes: string[] = [...faults];
  if (!usedThen && context !== null) {
    notes.push(
      `The model that scored this step is not kept any more: expected values and shares are those of the present one, ${context.model.version}.`,
    );
  }
  if (kept.filled) notes.push('Some values are carried over from the step before: no sample came of them.');
  if (score === null || context === null) return notes;
  if (rows < context.model.rowsNeeded) {
    notes.push(
      `After a start or a gap: ${rows} of ${context.model.rowsNeeded} rows were there; members that lack rows stand at what is usual for them.`,
    );
  }
  if (usedThen && Math.abs(score.scored.raw - kept.raw) > SAME) {
    notes.push(
      `Scored again with what is kept, the raw score is ${score.scored.raw.toFixed(3)} instead of ${kept.raw.toFixed(3)}: the guards have learned more since, or the rows before or an accepted level are not kept any more.`,
    );
  } else if (usedThen && Math.abs(score.scored.score - kept.score) > SAME) {
    notes.push(
      `The threshold has been set anew since: by the present one this step would score ${score.scored.score.toFixed(2)}.`,
    );
  }
  return notes;
}

/** Asked last, and told only where there is such a time: most detectors know none. */
function withQuiet(checks: readonly StepCheck[], quiet: string | null): readonly StepCheck[] {
  if (quiet === null) return checks;
  const isAsked = checks.every(({ held }) => held === true);
  return [...checks, { name: 'quiet time', held: isAsked ? false : null, detail: quiet }];
}
