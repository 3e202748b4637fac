import type { DetectorSpec } from '../../core/detector.ts';
import { describeChange } from '../alerts/change-text.ts';
import { gateOf } from '../alerts/passes-gates.ts';
import { formatQuantity } from '../alerts/quantity.ts';
import { formatUtc } from '../alerts/time-text.ts';
import type { Contribution, ScoredStep } from '../effects.ts';
import type { ReplayedStep } from './replay-kept.ts';
import type { StepCheck } from './step-explanation.ts';

/** A step that was scored. */
export type ScoredReplay = ReplayedStep & { readonly said: ScoredStep };

/** Whether a step that is over only repeats what the last alert has left: its gate took no note of it. */
export function isOldNews({ said, gateBefore, gateAfter }: ScoredReplay): boolean {
  if (!said.over || gateBefore.open?.state === 'firing' || gateAfter.open?.state === 'firing') return false;
  return !gateAfter.overs.some(({ step }) => step === said.step);
}

/** Steps over that count for `confirm` at this step, itself among them. */
export function countOver(replayed: ScoredReplay, spec: DetectorSpec): number {
  const { said, gateBefore, gateAfter } = replayed;
  const { of } = spec.alert.confirm;
  const overs = gateAfter.open?.state === 'firing' ? gateBefore.overs : gateAfter.overs;
  const before = overs.filter(({ step }) => step > said.step - of && step < said.step).length;
  return before + Number(said.over && !isOldNews(replayed));
}

/** What the gates ask of a change of the leading feature, in words: `either way, any size`. */
export function gatesText(spec: DetectorSpec, culprit: Contribution | undefined): string {
  const { direction, minChange } = gateOf(spec, culprit?.feature ?? '');
  const { relative, absolute } = minChange;
  const way = { both: 'either way', up: 'upwards', down: 'downwards' }[direction];
  const sizes = [
    ...(relative > 0 ? [`${Number((100 * relative).toPrecision(3))} %`] : []),
    ...(absolute > 0 ? [formatQuantity(absolute, culprit?.unit ?? '')] : []),
  ];
  const { minFeatures } = spec.alert;
  const many = minFeatures > 1 ? `, in ${minFeatures} features` : '';
  return `${way}, ${sizes.length === 0 ? 'any size' : `at least ${sizes.join(' and ')}`}${many}`;
}

/** All that stood between a scored step and an alert that reaches people, in the order in which it is asked. */
export function stepChecks(replayed: ScoredReplay, spec: DetectorSpec): StepCheck[] {
  const { said } = replayed;
  const wanted = `${said.score.toFixed(2)}, wanted: 1 or more`;
  return [
    { name: 'score', held: said.score >= 1, detail: `${wanted}${levelText(replayed, spec)}` },
    { name: 'newest row', held: said.rowUnusual, detail: rowText(replayed) },
    gatesCheck(replayed, spec),
    {
      name: 'new since the last alert',
      held: said.over ? !isOldNews(replayed) : null,
      detail: isOldNews(replayed) ? 'no more than what it has left' : 'yes',
    },
    confirmCheck(replayed, spec),
    {
      name: 'settled threshold',
      held: !said.provisional,
      detail: said.provisional ? 'provisional, too little history yet: shown, not delivered' : 'yes',
    },
    {
      name: 'mode',
      held: spec.mode === 'alert',
      detail: spec.mode === 'alert' ? 'alert: would be delivered' : 'observe: shown, not delivered',
    },
  ];
}

function rowText({ said, score }: ScoredReplay): string {
  const ratio = score?.parts.model.newestRowRatio ?? Number.NaN;
  if (Number.isNaN(ratio)) return said.rowUnusual ? 'a guard speaks of it' : 'no guard speaks of it';
  const guard = ratio <= 1 && said.rowUnusual ? '; a guard speaks of it' : '';
  // The .9 quantile of what its error usually is.
  const times = `${Number(ratio.toPrecision(2))} times what is usual at most`;
  const hour = score?.usualHour === true ? '; no more than this hour of the day usually brings' : '';
  return `its error is ${times}, wanted: above 1${guard}${hour}`;
}

/** Which of an entity's levels the step was held against; nothing where none had been accepted. */
function levelText({ kept, score }: ScoredReplay, { stepMs }: DetectorSpec): string {
  if (kept.normal === undefined) return '';
  if (kept.normal === 0) return "; held against training's level, the nearest of those that are normal";
  const accepted = score?.parts.normal?.accepted;
  if (accepted === undefined) return '; held against an accepted level that is not known any more';
  return `; held against the level accepted at ${formatUtc((accepted.step + 1) * stepMs)}`;
}

/** What was kept tells the gates' verdict of unusual rows only. */
function gatesCheck({ said, score }: ScoredReplay, spec: DetectorSpec): StepCheck {
  const culprit = score?.contributions[0];
  const change = culprit === undefined ? 'nothing leads' : `${culprit.feature} ${describeChange(culprit)}`;
  return {
    name: 'direction and size',
    held: said.rowUnusual ? said.alertable : null,
    detail: `${change}, wanted: ${gatesText(spec, culprit)}`,
  };
}

function confirmCheck(replayed: ScoredReplay, spec: DetectorSpec): StepCheck {
  const { steps, of } = spec.alert.confirm;
  const count = countOver(replayed, spec);
  if (replayed.gateBefore.open?.state === 'firing') {
    return { name: 'confirm', held: true, detail: 'an alert is open already' };
  }
  const seen =
    of === 1 ? `this step is ${count === 1 ? '' : 'not '}over` : `${count} of the last ${of} steps over`;
  return { name: 'confirm', held: count >= steps, detail: `${seen}, wanted: ${steps} of ${of}` };
}
