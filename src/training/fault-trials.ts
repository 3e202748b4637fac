import { setImmediate } from 'node:timers/promises';
import { hasSize } from '../core/fault-size.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { createRandom, deriveSeed, type Random } from '../core/random.ts';
import { advanceGate } from '../pipeline/alerts/advance-gate.ts';
import { newGateState } from '../pipeline/alerts/gate-state.ts';
import type { StillMemory } from '../pipeline/rules/still-memory.ts';
import type { ScoreRequest, StepScore } from '../pipeline/scoring/score-steps.ts';
import { scoreSteps } from '../pipeline/scoring/score-steps.ts';
import type { ScoringContext, ScoringState } from '../pipeline/scoring/scoring-state.ts';
import type { ChosenRows } from './choose-rows.ts';
import type { FaultKind } from './injected-faults.ts';
import { FAULT_KINDS, injectFault } from './injected-faults.ts';
import { firesFlatline, stillMemoryOf } from './stuck-by-rule.ts';

/** A model with its thresholds as it would watch; `stateOf` gives an entity's scoring as it is before a trial, made anew for each. */
export interface TrialSubject {
  readonly context: ScoringContext;
  readonly stateOf: (entity: string, cohort: string) => ScoringState;
}

export interface TrialOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Only the sizes that a detector should see. */
  readonly onlyReference?: boolean;
  /** How long an entity's features have stood still so far; `null`: as its rows show it. */
  readonly stillOf: (entity: string) => StillMemory | null;
}

/** Faults of one kind and size, one a place; per subject, and in it per place, whether an alert fired. */
export interface FaultTrial {
  readonly fault: FaultKind;
  readonly size: number;
  readonly found: readonly (readonly boolean[])[];
}

/** All trials; per subject, and in it per place, whether nothing fires there without a fault. In every place the first subject is quiet. */
export interface FaultTrials {
  readonly quiet: readonly (readonly boolean[])[];
  readonly trials: readonly FaultTrial[];
}

const WEEK_MS = 7 * 86_400_000;
/** Faults that are tried of each kind and size; those in places that alert without a fault do not count. */
export const SELF_TEST_TRIALS = 20;
/** How long a fault lasts, in rows: a gate may want 3 of 5. */
const FAULT_ROWS = 12;
const SIZES: readonly number[] = [1, 2, 3, 5, 8, 13];
/** Sizes that a detector should see; 1 for kinds without a size. */
export const REFERENCE_SIZE: Readonly<Record<FaultKind, number>> = {
  spike: 5,
  drop: 5,
  shift: 5,
  stuck: 1,
  drift: 5,
  noise: 5,
  broken_correlation: 1,
  phase_shift: 8,
};

/** A stretch of normal rows whose last ones will hold a fault. */
interface Place {
  readonly chosen: ChosenRows;
  readonly firstStep: number;
  readonly values: Float64Array;
  /** Rows before the fault. */
  readonly before: number;
  readonly feature: number;
}

/**
 * Puts faults into normal rows, the same for every subject, in units of the first one's spreads, and looks which fire an alert: through
 * the model, the calibration, the guards and the gate that the live path uses (DESIGN §5.7), and what is stuck through the flatline rule
 * too, where it is on. Without places if no entity has enough rows. Throws the signal's reason.
 */
export async function tryFaults(
  subjects: readonly [TrialSubject, ...TrialSubject[]],
  entities: readonly ChosenRows[],
  { seed, signal, onlyReference = false, stillOf }: TrialOptions,
): Promise<FaultTrials> {
  const [{ context }] = subjects;
  const rowsNeeded = Math.max(...subjects.map((one) => one.context.model.rowsNeeded));
  const random = createRandom(deriveSeed(seed, 'self-test', 'places'));
  const all = choosePlaces({ context, rowsNeeded }, entities, random);
  // What alerts without a fault would be found with any.
  const loud = firedIn(subjects[0], all, rowsOf(all));
  const places = all.filter((_, i) => loud[i] === false);
  const quiet = subjects.map((one) => firedIn(one, places, rowsOf(places)).map((fired) => !fired));
  const trials: FaultTrial[] = [];
  if (places.length === 0) return { quiet, trials };
  for (const fault of FAULT_KINDS) {
    for (const size of hasSize(fault) && !onlyReference ? SIZES : [REFERENCE_SIZE[fault]]) {
      await setImmediate();
      signal?.throwIfAborted();
      const draws = createRandom(deriveSeed(seed, 'self-test', fault, size));
      const faulty = places.map((place) => withFault(context, place, { kind: fault, size }, draws));
      const byRule = places.map((place) => fault === 'stuck' && isStuckByRule(context, place, stillOf));
      const found = subjects.map((one) =>
        firedIn(one, places, faulty).map((fired, i) => fired || byRule[i] === true),
      );
      trials.push({ fault, size, found });
    }
  }
  return { quiet, trials };
}

function rowsOf(places: readonly Place[]): Float64Array[] {
  return places.map(({ values }) => values);
}

/** Newest normal rows, entities in turn and shuffled; features that never move have no spread to measure by. */
function choosePlaces(
  { context: { model }, rowsNeeded }: { readonly context: ScoringContext; readonly rowsNeeded: number },
  entities: readonly ChosenRows[],
  random: Random,
): Place[] {
  const rows = rowsNeeded + FAULT_ROWS;
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
      before: rowsNeeded,
      feature: moving[random.integer(moving.length)]!,
    });
  }
  return places;
}

function withFault(
  { model }: ScoringContext,
  { chosen, values, before, feature }: Place,
  { kind, size }: { readonly kind: FaultKind; readonly size: number },
  random: Random,
): Float64Array {
  const { sd } = model.profile(chosen.entity, chosen.cohort);
  const rows = { values, features: model.features.length, spreads: sd };
  return injectFault(rows, { kind, feature, first: before, rows: FAULT_ROWS, size }, random);
}

/** Whether the flatline rule sees the feature held at the value before the fault. */
function isStuckByRule(
  { model, spec }: ScoringContext,
  { chosen, values, before, feature }: Place,
  stillOf: TrialOptions['stillOf'],
): boolean {
  const { entity } = chosen;
  const value = values[(before - 1) * model.features.length + feature] ?? Number.NaN;
  const memory = stillOf(entity) ?? stillMemoryOf(spec, chosen);
  return firesFlatline(spec, memory, { entity, feature, value });
}

/** Whether the rows of each place fire an alert within the fault's length. */
function firedIn(
  { context, stateOf }: TrialSubject,
  places: readonly Place[],
  rows: readonly Float64Array[],
): boolean[] {
  const { model, spec } = context;
  const width = model.features.length;
  const requests = places.flatMap((place, i): ScoreRequest[] => {
    const { entity, cohort } = place.chosen;
    const state = stateOf(entity, cohort);
    const step = place.firstStep + weeksPast(place.firstStep, state.guards.upToStep, spec.stepMs);
    return Array.from({ length: FAULT_ROWS }, (_, row) => {
      const end = place.before + row + 1;
      const seen = rows[i]!.subarray((end - model.rowsNeeded) * width, end * width);
      return { state, entity, cohort, step: step + end - 1, rows: seen, count: model.rowsNeeded };
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
