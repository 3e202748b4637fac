import type { GateVerdict } from './promotion-gate.ts';
import { CLEARLY, recallFallen } from './recall-fallen.ts';
import type { FaultResult, RecallPair } from './self-test.ts';

/** With fewer places their spread says little. */
const LEAST_PLACES = 10;

/**
 * Whether a challenger still finds the faults that the champion finds in the same places: not if recall of one kind, or of all kinds
 * together, is lower by more than three standard errors. Kinds are taken one by one as two shares (`recallFallen`); together, the places
 * are what is drawn by chance, since what is hard to see in one is hard in every kind.
 */
export function judgeSelfTest({ challenger, champion, falls }: RecallPair): GateVerdict {
  const name = 'self-test';
  if (challenger.length === 0) {
    const detail = 'Injected faults were not tried: no normal rows that are quiet with both models.';
    return { name, passed: true, detail };
  }
  const fallen = challenger.flatMap((now, i) => {
    const before = champion[i];
    return before !== undefined && recallFallen(before, now)
      ? [`${now.fault.replaceAll('_', ' ')} ${percent(now.recall)} (${percent(before.recall)})`]
      : [];
  });
  const [now, before] = [meanRecall(challenger), meanRecall(champion)];
  const all = `all kinds together ${percent(now)} (${percent(before)})`;
  if (fallen.length === 0 && !isClear(falls)) {
    const detail = `It finds ${percent(now)} of injected faults, the model in use ${percent(before)} in the same places.`;
    return { name, passed: true, detail };
  }
  const detail =
    'It finds clearly fewer injected faults than the model in use in the same places (its share in brackets): ' +
    `${[...fallen, all].join(', ')}.`;
  return { name, passed: false, detail };
}

/** Whether the mean of the places' falls lies more than three of its standard errors above 0. */
function isClear(falls: readonly number[]): boolean {
  if (falls.length < LEAST_PLACES) return false;
  const mean = falls.reduce((sum, fall) => sum + fall, 0) / falls.length;
  const squares = falls.reduce((sum, fall) => sum + (fall - mean) ** 2, 0);
  return mean > CLEARLY * Math.sqrt(squares / (falls.length - 1) / falls.length);
}

function meanRecall(results: readonly FaultResult[]): number {
  return results.reduce((sum, { recall }) => sum + recall, 0) / results.length;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
