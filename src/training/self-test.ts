import { setImmediate } from 'node:timers/promises';
import type { DetectorSpec } from '../core/detector.ts';
import { createRandom, deriveSeed, type Random } from '../core/random.ts';
import { advanceGate } from '../pipeline/alerts/advance-gate.ts';
import { newGateState } from '../pipeline/alerts/gate-state.ts';
import type { StillMemory } from '../pipeline/rules/still-memory.ts';
import type { ScoreRequest, StepScore } from '../pipeline/scoring/score-steps.ts';
import { scoreSteps } from '../pipeline/scoring/score-steps.ts';
import type { ScoringContext, ScoringState } from '../pipeline/scoring/scoring-state.ts';
import { newScoringState } from '../pipeline/scoring/scoring-state.ts';
import type { ChosenRows } from './choose-rows.ts';
import type { FaultKind } from './injected-faults.ts';
import { FAULT_KINDS, injectFault } from './injected-faults.ts';
import { firesFlatline, stillMemoryOf } from './stuck-by-rule.ts';

/** What the self-test found of one kind of fault. */
export interface FaultResult {
  readonly fault: FaultKind;
  /** Share of faults of the reference size that fired an alert. */
  readonly recall: number;
  /** Smallest size of which 90 % fired, in units of the feature's own spread (`phase_shift`: rows); `null` if none did. */
  readonly smallestSize: number | null;
  /** Faults of each size that were tried; absent on cards of earlier versions. */
  readonly trials?: number;
}

export interface SelfTestOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** An entity's scoring as it is before a trial, made anew for each; absent: as the model's own calibration begins. */
  readonly stateOf?: (entity: string, cohort: string) => ScoringState;
  /** How long an entity's features have stood still so far; absent or `null`: as its rows show it. */
  readonly stillOf?: (entity: string) => StillMemory | null;
}

const WEEK_MS = 7 * 86_400_000;
/** Faults that are tried of each kind and size; those in places that alert without a fault do not count. */
export const SELF_TEST_TRIALS = 20;
/** How long a fault lasts, in rows: a gate may want 3 of 5. */
const FAULT_ROWS = 12;
const FOUND_SHARE = 0.9;
const SIZES: readonly number[] = [1, 2, 3, 5, 8, 13];
/** Sizes that a detector should see; `stuck` and `broken_correlation` have none. */
const REFERENCE: Readonly<Record<FaultKind, number>> = {
  spike: 5,
  drop: 5,
  shift: 5,
  stuck: 1,
  drift: 5,
  noise: 5,
  broken_correlation: 1,
  phase_shift: 8,
};
const WITHOUT_SIZE: readonly FaultKind[] = ['stuck', 'broken_correlation'];

/** A stretch of normal rows whose last ones will hold a fault. */
interface Place {
  readonly chosen: ChosenRows;
  readonly firstStep: number;
  readonly values: Float64Array;
  readonly feature: number;
}

/**
 * Puts faults into normal rows and counts the alerts: through the model, the calibration, the guards and the gate that the live
 * path uses (DESIGN §5.7), and what is stuck through the flatline rule too, where it is on. The same seed gives the same result; 20 trials a fault and size, whatever the number of entities.
 * Empty if no entity has enough rows. Throws the signal's reason.
 */
export async function selfTest(
  context: ScoringContext,
  entities: readonly ChosenRows[],
  {
    seed,
    signal,
    stateOf = (entity, cohort) => newScoringState(context, entity, cohort),
    stillOf = () => null,
  }: SelfTestOptions,
): Promise<FaultResult[]> {
  const trial = { ...context, stateOf };
  const places = choosePlaces(context, entities, createRandom(deriveSeed(seed, 'self-test', 'places')));
  const fired = alerts(
    trial,
    places,
    places.map(({ values }) => values),
  );
  // What alerts without a fault would be found with any.
  const quiet = places.filter((_, i) => fired[i] === false);
  if (quiet.length === 0) return [];
  const results: FaultResult[] = [];
  for (const fault of FAULT_KINDS) {
    const recalls = new Map<number, number>();
    for (const size of WITHOUT_SIZE.includes(fault) ? [REFERENCE[fault]] : SIZES) {
      await setImmediate();
      signal?.throwIfAborted();
      const random = createRandom(deriveSeed(seed, 'self-test', fault, size));
      const faulty = quiet.map((place) => withFault(context, place, { kind: fault, size }, random));
      const seen = alerts(trial, quiet, faulty);
      const found = quiet.filter(
        (place, i) => seen[i] === true || (fault === 'stuck' && isStuckByRule(context, place, stillOf)),
      ).length;
      recalls.set(size, found / quiet.length);
    }
    const smallest = [...recalls].find(([, recall]) => recall >= FOUND_SHARE);
    results.push({
      fault,
      recall: recalls.get(REFERENCE[fault]) ?? 0,
      smallestSize: smallest?.[0] ?? null,
      trials: quiet.length,
    });
  }
  return results;
}

/** Newest normal rows, entities in turn and shuffled; features that never move have no spread to measure by. */
function choosePlaces({ model }: ScoringContext, entities: readonly ChosenRows[], random: Random): Place[] {
  const rows = model.rowsNeeded + FAULT_ROWS;
  const width = model.features.length;
  const places: Place[] = [];
  const long = entities.flatMap((chosen) => {
    const stretch = chosen.stretches.findLast(({ count }) => count >= rows);
    return stretch === undefined ? [] : [{ chosen, stretch }];
  });
  for (let trial = 0; trial < SELF_TEST_TRIALS && long.length > 0; trial++) {
    const one = long[random.integer(long.length)]!;
    const { chosen, stretch } = one;
    const { low, high } = model.profile(chosen.entity, chosen.cohort);
    const moving = model.features.map((_, feature) => feature).filter((f) => high[f]! > low[f]!);
    if (moving.length === 0) continue;
    const reach = Math.min(stretch.count - rows + 1, Math.max(1, Math.ceil(stretch.count / 5)));
    const first = stretch.count - rows - random.integer(reach);
    places.push({
      chosen,
      firstStep: stretch.firstStep + first,
      values: stretch.values.slice(first * width, (first + rows) * width),
      feature: moving[random.integer(moving.length)]!,
    });
  }
  return places;
}

function withFault(
  { model }: ScoringContext,
  { chosen, values, feature }: Place,
  { kind, size }: { readonly kind: FaultKind; readonly size: number },
  random: Random,
): Float64Array {
  const { sd } = model.profile(chosen.entity, chosen.cohort);
  const rows = { values, features: model.features.length, spreads: sd };
  return injectFault(rows, { kind, feature, first: model.rowsNeeded, rows: FAULT_ROWS, size }, random);
}

/** Whether the flatline rule sees the feature held at the value before the fault. */
function isStuckByRule(
  { model, spec }: ScoringContext,
  { chosen, values, feature }: Place,
  stillOf: Required<SelfTestOptions>['stillOf'],
): boolean {
  const { entity } = chosen;
  const value = values[(model.rowsNeeded - 1) * model.features.length + feature] ?? Number.NaN;
  const memory = stillOf(entity) ?? stillMemoryOf(spec, chosen);
  return firesFlatline(spec, memory, { entity, feature, value });
}

/** Whether the rows of each place fire an alert within the fault's length. */
function alerts(
  context: ScoringContext & Pick<Required<SelfTestOptions>, 'stateOf'>,
  places: readonly Place[],
  rowsOf: readonly Float64Array[],
): boolean[] {
  const { model, spec } = context;
  const width = model.features.length;
  const requests = places.flatMap((place, i): ScoreRequest[] => {
    const { entity, cohort } = place.chosen;
    const state = context.stateOf(entity, cohort);
    const step = place.firstStep + weeksPast(place.firstStep, state.guards.upToStep, spec.stepMs);
    return Array.from({ length: FAULT_ROWS }, (_, row) => {
      const end = model.rowsNeeded + row + 1;
      const rows = rowsOf[i]!.subarray((row + 1) * width, end * width);
      return { state, entity, cohort, step: step + end - 1, rows, count: model.rowsNeeded };
    });
  });
  const scores = scoreSteps(context, requests);
  return places.map((place, i) =>
    fires(spec, place.chosen.entity, scores.slice(i * FAULT_ROWS, (i + 1) * FAULT_ROWS)),
  );
}

/** The guards pass over what they have seen, so a trial is later by whole weeks: at the same hour of the same day. */
function weeksPast(firstStep: number, upToStep: number, stepMs: number): number {
  const week = Math.round(WEEK_MS / stepMs);
  return Math.max(0, Math.ceil((upToStep + 1 - firstStep) / week)) * week;
}

function fires(spec: DetectorSpec, entity: string, scores: readonly StepScore[]): boolean {
  let gate = newGateState();
  return scores.some(({ scored, contributions }) => {
    const outcome = advanceGate({ spec, entity, labels: {}, maxAlertAgeMs: Infinity }, gate, {
      step: scored.step,
      scored,
      contributions,
      recent: () => [],
      newestKnownMs: -Infinity,
    });
    gate = outcome.gate;
    return outcome.transitions.some(({ to }) => to === 'firing');
  });
}
