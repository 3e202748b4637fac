import type { DetectorSpec } from '../../core/detector.ts';
import { describeChange } from '../alerts/change-text.ts';
import { formatQuantity } from '../alerts/quantity.ts';
import { formatUtc } from '../alerts/time-text.ts';
import type { Contribution } from '../effects.ts';
import type { ReplayedStep } from './replay-kept.ts';
import { countOver, gatesText, isOldNews, type ScoredReplay } from './step-checks.ts';
import type { StepOutcome } from './step-explanation.ts';

/** What became of a step and why, in one sentence for people. */
export interface StepAnswer {
  readonly outcome: StepOutcome;
  readonly sentence: string;
}

/** Answers why an alert did or did not fire at the step: the first thing that did not hold is the reason. */
export function stepAnswer(replayed: ReplayedStep, spec: DetectorSpec): StepAnswer {
  const { said } = replayed;
  if (said === null) return { outcome: 'not_scored', sentence: notScored(replayed) };
  const scored: ScoredReplay = { ...replayed, said };
  return alertAnswer(scored, spec) ?? quietAnswer(scored, spec);
}

function notScored({ context, kept, rows }: ReplayedStep): string {
  if (context === null) {
    return 'Not scored: there was no model yet; one is trained once there is enough history ("strayd train" says how much is missing).';
  }
  const { rowsLeast } = context.model;
  if (rows < rowsLeast) {
    return `Not scored: warm-up, ${rows} of the ${rowsLeast} steps in a row that a score needs at least.`;
  }
  if (kept.filled) {
    return 'Not scored: no sample fell into this step, its values are carried over from the one before.';
  }
  return 'Not scored: no model was in use yet when this step was closed.';
}

/** Something happened to an alert here. */
function alertAnswer(replayed: ScoredReplay, spec: DetectorSpec): StepAnswer | null {
  const { said, transitions, gateBefore, gateAfter } = replayed;
  const to = transitions.at(-1)?.to;
  if (transitions.some(({ from, to: now }) => from === 'pending' && now === 'firing')) {
    const { steps, of } = spec.alert.confirm;
    const confirmed = of === 1 ? '' : `, ${ordinal(steps)} step over of the last ${of}`;
    const sentence = `Fired: score ${said.score.toFixed(2)}${confirmed}; ${culpritText(replayed)}${undelivered(replayed, spec)}.`;
    return { outcome: 'fired', sentence };
  }
  if (to === 'resolved' && transitions.at(-1)?.alert.resolution === 'accepted') {
    const sentence =
      'Resolved: the level of the open alert is accepted as new normal with this step, not back.';
    return { outcome: 'resolved', sentence };
  }
  if (to === 'resolved') {
    const quiet = said.score < 0.8 ? `score ${said.score.toFixed(2)}` : 'its newest rows are usual again';
    return { outcome: 'resolved', sentence: `Resolved: the open alert has ended with this step, ${quiet}.` };
  }
  const open = gateAfter.open ?? gateBefore.open;
  if (open?.state === 'firing') {
    const since = formatUtc(open.firstStepOver * spec.stepMs);
    const now = said.over
      ? `this step is over as well, score ${said.score.toFixed(2)}`
      : `this step is not over, score ${said.score.toFixed(2)}`;
    return {
      outcome: 'firing',
      sentence: `No new alert: ${open.id} has been firing since ${since}; ${now}.`,
    };
  }
  return null;
}

function quietAnswer(replayed: ScoredReplay, spec: DetectorSpec): StepAnswer {
  const { said } = replayed;
  const score = said.score.toFixed(2);
  if (said.score < 1) {
    return { outcome: 'quiet', sentence: `Did not fire: the score is ${score}, below the threshold of 1.` };
  }
  if (!said.rowUnusual && replayed.score?.usualHour === true) {
    return {
      outcome: 'held_back',
      sentence: `Did not fire: the score is ${score}, but this is no more than this hour of the day usually brings.`,
    };
  }
  if (!said.rowUnusual) {
    return {
      outcome: 'held_back',
      sentence: `Did not fire: the score is ${score}, but the newest row itself is usual; the windows still hold what came before.`,
    };
  }
  if (isOldNews(replayed)) {
    return {
      outcome: 'held_back',
      sentence: `Did not fire: the score is ${score}, but this is no more than what the last alert has left.`,
    };
  }
  const { steps, of } = spec.alert.confirm;
  const count = countOver(replayed, spec);
  if (count < steps) {
    return {
      outcome: 'pending',
      sentence: `Did not fire yet: the score is ${score}, but ${count} of the last ${of} steps ${count === 1 ? 'is' : 'are'} over and ${steps} are wanted (confirm).`,
    };
  }
  return {
    outcome: 'pending',
    sentence: `Did not fire: the score is ${score}, but ${culpritText(replayed)}, and the detector asks for a change ${gatesText(spec, replayed.score?.contributions[0])}.`,
  };
}

function undelivered(replayed: ScoredReplay, spec: DetectorSpec): string {
  if (replayed.said.provisional) return '; not delivered, the threshold is still provisional';
  return spec.mode === 'observe' ? '; not delivered, the detector only observes' : '';
}

function culpritText({ score }: ScoredReplay): string {
  const culprit = score?.contributions[0];
  return culprit === undefined ? 'no feature leads' : changeText(culprit);
}

function changeText(culprit: Contribution): string {
  const { feature, seen, expected, unit } = culprit;
  if (!Number.isFinite(seen) || !Number.isFinite(expected)) return `${feature} leads`;
  const change = describeChange(culprit);
  return `${feature} was ${formatQuantity(seen, unit)} instead of about ${formatQuantity(expected, unit)} (${change})`;
}

const ordinals = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

const ordinal = (count: number): string => ordinals[count] ?? `${count}th`;
