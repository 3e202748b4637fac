/** A would-be alert ends after so many quiet steps: as many as end an alert. */
export const QUIET_STEPS = 5;

/** A would-be alert of one entity, for the levels of margins (`margin-levels`) at which it fired in the same step. */
export interface NearFiring {
  readonly step: number;
  /** First and last level. */
  readonly from: number;
  readonly to: number;
  /** Newest step that kept it going at its first level. */
  readonly lastStep: number;
  /** It fired between earlier refits and only went on between these. */
  readonly goesOn: boolean;
}

const NUMBERS = 5;

/** Numbers that `firingsOf` makes equal would-be alerts of. */
export function firingNumbers(firings: readonly NearFiring[]): number[] {
  return firings.flatMap(({ step, from, to, lastStep, goesOn }) => [
    step,
    from,
    to,
    lastStep,
    Number(goesOn),
  ]);
}

/** What `firingNumbers` wrote. */
export function firingsOf(numbers: readonly number[]): NearFiring[] {
  return Array.from({ length: numbers.length / NUMBERS }, (_, index) => {
    const [step = 0, from = 0, to = 0, lastStep = 0, goesOn = 0] = numbers.slice(NUMBERS * index);
    return { step, from, to, lastStep, goesOn: goesOn === 1 };
  });
}
