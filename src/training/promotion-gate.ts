import type { LostChampion } from './training-input.ts';

/** What one trial at the promotion gate said of a challenger. */
export interface GateVerdict {
  /** Of the trial, e.g. `reconstruction`. */
  readonly name: string;
  readonly passed: boolean;
  /** One sentence for people, with the figures. */
  readonly detail: string;
}

/** How a challenger came through the gate (DESIGN §5.5). */
export interface PromotionResult {
  readonly promoted: boolean;
  /** All trials that were held; none where no model of the same features was in use. */
  readonly verdicts: readonly GateVerdict[];
  /** What people are told of it. */
  readonly reason: string;
  /** There was a model in use that could not be compared with. */
  readonly lostChampion?: true;
}

/**
 * Decides by all verdicts: a single one that is not passed keeps the champion. Without a verdict there was no champion, or it is lost, and
 * it promotes.
 */
export function judgePromotion(verdicts: readonly GateVerdict[], lost?: LostChampion): PromotionResult {
  if (verdicts.length === 0 && lost !== undefined) {
    const reason = `Nothing could be compared: the model in use, ${lost.version}, can't be used (${lost.why}).`;
    return { promoted: true, verdicts, reason, lostChampion: true };
  }
  if (verdicts.length === 0) {
    return { promoted: true, verdicts, reason: 'No model of these features was in use.' };
  }
  const failed = verdicts.filter(({ passed }) => !passed);
  const told = failed.length > 0 ? failed : verdicts;
  const reason = told.map(({ detail }) => detail).join(' ');
  return { promoted: failed.length === 0, verdicts, reason };
}
