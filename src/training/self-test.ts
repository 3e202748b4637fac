import { hasSize } from '../core/fault-size.ts';
import type { ScoringContext } from '../pipeline/scoring/scoring-state.ts';
import { newScoringState } from '../pipeline/scoring/scoring-state.ts';
import type { ChosenRows } from './choose-rows.ts';
import {
  REFERENCE_SIZE,
  tryFaults,
  type FaultTrials,
  type TrialOptions,
  type TrialSubject,
} from './fault-trials.ts';
import { FAULT_KINDS, type FaultKind } from './injected-faults.ts';

/** What the self-test found of one kind of fault. */
export interface FaultResult {
  readonly fault: FaultKind;
  /** Share of faults of the reference size that fired an alert. */
  readonly recall: number;
  /**
   * Smallest size of which 90 % fired, in units of the feature's own spread (`phase_shift`: rows); `null` if none did, and for kinds
   * without a size.
   */
  readonly smallestSize: number | null;
  /** Faults of each size that were tried; absent on cards of earlier versions. */
  readonly trials?: number;
}

export interface SelfTestOptions
  extends Pick<TrialOptions, 'seed' | 'signal'>, Partial<Pick<TrialOptions, 'stillOf'>> {
  /** An entity's scoring as it is before a trial, made anew for each; absent: as the model's own calibration begins. */
  readonly stateOf?: TrialSubject['stateOf'];
}

/** What both models found in the same places. */
export interface RecallPair {
  readonly challenger: readonly FaultResult[];
  /** In the same order. */
  readonly champion: readonly FaultResult[];
  /** Of each place, the share of kinds of fault that the champion found there less that which the challenger found. */
  readonly falls: readonly number[];
}

const FOUND_SHARE = 0.9;

/**
 * Puts faults into normal rows and counts the alerts (`tryFaults`). The same seed gives the same result; 20 trials a fault and size,
 * whatever the number of entities. Empty if no entity has enough rows. Throws the signal's reason.
 */
export async function selfTest(
  context: ScoringContext,
  entities: readonly ChosenRows[],
  { stateOf, stillOf = () => null, ...options }: SelfTestOptions,
): Promise<FaultResult[]> {
  const subject = { ...fresh(context), ...(stateOf && { stateOf }) };
  const tried = await tryFaults([subject], entities, { ...options, stillOf });
  return resultsOf(tried, 0, () => true);
}

/**
 * What two models find of the same faults of the reference sizes, in places that are quiet with both and in the champion's spreads: else
 * a challenger could look good by what it takes for usual. Throws the signal's reason.
 */
export async function comparedRecall(
  { challenger, champion }: { readonly challenger: ScoringContext; readonly champion: ScoringContext },
  entities: readonly ChosenRows[],
  options: Pick<TrialOptions, 'seed' | 'signal'>,
): Promise<RecallPair> {
  const trying = { ...options, onlyReference: true, stillOf: () => null };
  const tried = await tryFaults([fresh(champion), fresh(challenger)], entities, trying);
  const isQuiet = (place: number): boolean => tried.quiet.every((ofSubject) => ofSubject[place] === true);
  return {
    champion: resultsOf(tried, 0, isQuiet),
    challenger: resultsOf(tried, 1, isQuiet),
    falls: fallsOf(tried, isQuiet),
  };
}

function fresh(context: ScoringContext): TrialSubject {
  return { context, stateOf: (entity, cohort) => newScoringState(context, entity, cohort) };
}

/** A subject's results over the places that count. */
function resultsOf(
  { quiet, trials }: FaultTrials,
  subject: number,
  counts: (place: number) => boolean,
): FaultResult[] {
  const places = [...(quiet[0] ?? []).keys()].filter(counts);
  if (places.length === 0) return [];
  const recallOf = (found: readonly boolean[]): number =>
    places.filter((place) => found[place] === true).length / places.length;
  return FAULT_KINDS.map((fault) => {
    const recalls = trials
      .filter((trial) => trial.fault === fault)
      .map(({ size, found }) => ({ size, recall: recallOf(found[subject] ?? []) }));
    const smallest = recalls.find(({ recall }) => recall >= FOUND_SHARE);
    return {
      fault,
      recall: recalls.find(({ size }) => size === REFERENCE_SIZE[fault])?.recall ?? 0,
      smallestSize: hasSize(fault) ? (smallest?.size ?? null) : null,
      trials: places.length,
    };
  });
}

function fallsOf({ quiet, trials }: FaultTrials, counts: (place: number) => boolean): number[] {
  const judged = trials.filter(({ fault, size }) => size === REFERENCE_SIZE[fault]);
  const places = [...(quiet[0] ?? []).keys()].filter(counts);
  return places.map((place) => {
    const share = (subject: number): number =>
      judged.filter(({ found }) => found[subject]?.[place] === true).length / judged.length;
    return share(0) - share(1);
  });
}
