import type { DetectorSpec } from '../../core/detector.ts';
import { describeChange } from '../alerts/change-text.ts';
import type { ScoredStep } from '../effects.ts';
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

/** What the gates ask of a change, in words: `either way, any size`. */
export function gatesText({ alert }: DetectorSpec): string {
  const way = { both: 'either way', up: 'upwards', down: 'downwards' }[alert.direction];
  const size =
    alert.minChange > 0 ? `at least ${Number((100 * alert.minChange).toPrecision(3))} %` : 'any size';
  return `${way}, ${size}`;
}

/** All that stood between a scored step and an alert, in the order in which it is asked; later ones are not asked once one fails. */
export function stepChecks(replayed: ScoredReplay, spec: DetectorSpec): StepCheck[] {
  const { said, score } = replayed;
  const ratio = score?.parts.model.newestRowRatio ?? Number.NaN;
  const culprit = score?.contributions[0];
  const { steps, of } = spec.alert.confirm;
  const count = countOver(replayed, spec);
  const isFiring = replayed.gateBefore.open?.state === 'firing';
  const wide: StepCheck[] = [
    { name: 'score', held: said.score >= 1, detail: `${said.score.toFixed(2)}, wanted: 1 or more` },
    {
      name: 'newest row',
      held: said.rowUnusual,
      detail: Number.isNaN(ratio)
        ? 'a guard has to speak of it'
        : `its own error is ${ratio.toPrecision(2)} of what is usually the most (.9 quantile)${
            ratio <= 1 && said.rowUnusual ? '; a guard speaks of it' : ''
          }`,
    },
    {
      name: 'direction and size',
      held: said.alertable,
      detail:
        culprit === undefined
          ? `nothing leads, wanted: ${gatesText(spec)}`
          : `${culprit.feature} ${describeChange(culprit)}, wanted: ${gatesText(spec)}`,
    },
    { name: 'news', held: !isOldNews(replayed), detail: 'not what the windows still hold of the last alert' },
    {
      name: 'confirm',
      held: isFiring || count >= steps,
      detail: isFiring
        ? 'an alert is open already'
        : `${count} over in the last ${of} steps, wanted: ${steps}`,
    },
    {
      name: 'threshold settled',
      held: !said.provisional,
      detail: said.provisional
        ? 'it rests on too little history yet: shown, not delivered'
        : 'it rests on enough history',
    },
    {
      name: 'mode',
      held: spec.mode === 'alert',
      detail: spec.mode === 'alert' ? 'alert: delivered' : 'observe: shown, not delivered',
    },
  ];
  const failed = wide.findIndex(({ held }) => held === false);
  return wide.map((check, index) => (failed >= 0 && index > failed ? { ...check, held: null } : check));
}
