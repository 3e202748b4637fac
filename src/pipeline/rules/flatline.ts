import type { FeatureSpec } from '../../core/detector.ts';
import type { GateContext } from '../alerts/gate-state.ts';
import { unscoredStepsToResolve } from '../alerts/unscored-steps.ts';
import type { Alert, Contribution } from '../effects.ts';
import type { EntityRules } from './entity-rules.ts';
import {
  asBefore,
  beginFault,
  endFault,
  fireFault,
  goOnFault,
  type FaultFacts,
  type FaultOutcome,
  type FaultStep,
  type OpenFault,
} from './open-fault.ts';
import { leastRun, stillBar, type CohortReadings, type StillBar, type StillSpec } from './stands-still.ts';

/** So many steps in a row in which all of it moves end a flatline: a stuck sensor that twitches once is stuck. */
const STEPS_TO_RESOLVE = 5;
/** An alert names so many features; when an exporter hangs, all stand still. */
const FEATURES_KEPT = 8;

/** One step of an entity as the rule sees it; its `still` memory has taken the step in. */
export interface FlatlineInput extends FaultStep {
  readonly rules: EntityRules;
  readonly cohort: CohortReadings;
  /** A feature's last values up to the step, oldest first. */
  readonly recent: (feature: string) => Alert['recent'];
}

/** A feature that stands still for longer than usual. */
interface Still {
  readonly feature: number;
  readonly bar: StillBar;
}

/**
 * Takes a step through the flatline rule: pending once a feature has stood still for half of its bar (`stillBar`), firing at the bar,
 * resolved after five steps in which all of it moves. One alert an entity, however many of its features are stuck.
 */
export function advanceFlatline(context: GateContext, input: FlatlineInput): FaultOutcome {
  const open = input.rules.flatline;
  if (open?.alert.state === 'firing') return advanceFiring(context, open, input);
  const { step } = input;
  const { stuck, waiting } = candidates(context, input);
  const all = [...stuck, ...waiting];
  if (all.length === 0) {
    return open === null ? asBefore(null) : endFault(context, open, { step, resolution: 'recovered' });
  }
  const outcomes: FaultOutcome[] = [];
  const facts = factsOf(context, input, all);
  let current = open;
  if (current !== null && current.alert.firstStepOver !== facts.firstStep) {
    outcomes.push(endFault(context, current, { step, resolution: 'recovered' }));
    current = null;
  }
  if (current === null) {
    const begun = beginFault(context, 'flatline', { facts, step });
    outcomes.push(begun);
    current = begun.open;
  }
  if (stuck.length > 0 && current !== null) {
    for (const { feature } of stuck) input.rules.still.setTold(feature, true);
    const fired = fireFault(context, current, { facts: factsOf(context, input, stuck), now: input });
    outcomes.push(fired);
    current = fired.open;
  }
  return {
    open: current,
    transitions: outcomes.flatMap(({ transitions }) => transitions),
    notifications: outcomes.flatMap(({ notifications }) => notifications),
  };
}

/** Ends the flatline of an entity that was silent for as long as ends a scored alert, and lets its runs begin anew. */
export function silenceFlatline(context: GateContext, rules: EntityRules): FaultOutcome {
  const { flatline, lastStep, still } = rules;
  still.breakRuns();
  if (flatline === null || lastStep === null) return asBefore(flatline);
  return endFault(context, flatline, {
    step: lastStep + unscoredStepsToResolve,
    resolution: 'no_data',
  });
}

function advanceFiring(context: GateContext, open: OpenFault, input: FlatlineInput): FaultOutcome {
  const { still } = input.rules;
  const { step } = input;
  const { stuck } = candidates(context, input);
  for (const { feature } of stuck) still.setTold(feature, true);
  const told = columns(context).filter((feature) => still.isTold(feature));
  const stands = told.some((feature) => still.run(feature) > 1);
  const movedSteps = stands ? 0 : open.movedSteps + 1;
  const known = open.alert.contributions;
  const lead = known[0]?.feature;
  const recent = lead === undefined ? [] : input.recent(lead);
  if (movedSteps >= STEPS_TO_RESOLVE) {
    for (const feature of told) still.setTold(feature, false);
    return endFault(context, open, { step, resolution: 'recovered', recent });
  }
  const isNew = (one: Contribution): boolean => known.every(({ feature }) => feature !== one.feature);
  const joined = contributionsOf(context, input, stuck).filter(isNew);
  const contributions = evenly([...known, ...joined].slice(0, FEATURES_KEPT));
  const lastStep = stands ? step : open.alert.lastStepOver;
  const facts = { firstStep: open.alert.firstStepOver, lastStep, contributions, recent };
  const next = { ...open, movedSteps };
  // What may be about to end is not told of.
  if (!stands) return asBefore(next);
  return goOnFault(context, next, { facts, now: input });
}

/** Untold features at their bar, and those half-way there. */
function candidates(
  context: GateContext,
  { rules, cohort }: FlatlineInput,
): { readonly stuck: readonly Still[]; readonly waiting: readonly Still[] } {
  const rule = context.spec.alert.flatline;
  const [stuck, waiting]: [Still[], Still[]] = [[], []];
  if (rule === undefined) return { stuck, waiting };
  const spec: StillSpec = { stepMs: context.spec.stepMs, rule };
  const least = leastRun(spec) / 2;
  for (const feature of columns(context)) {
    const run = rules.still.run(feature);
    if (run < least || rules.still.isTold(feature)) continue;
    const bar = stillBar(rules.still, feature, { spec, cohort });
    if (bar === null || run < bar.steps / 2) continue;
    (run >= bar.steps ? stuck : waiting).push({ feature, bar });
  }
  return { stuck, waiting };
}

function factsOf(context: GateContext, input: FlatlineInput, stills: readonly Still[]): FaultFacts {
  const contributions = contributionsOf(context, input, stills).slice(0, FEATURES_KEPT);
  const lead = contributions[0];
  return {
    firstStep: lead?.still?.sinceStep ?? input.step,
    lastStep: input.step,
    contributions: evenly(contributions),
    recent: lead === undefined ? [] : input.recent(lead.feature),
  };
}

/** What has stood still for longest is on top. */
function contributionsOf(
  { spec }: GateContext,
  { rules }: FlatlineInput,
  stills: readonly Still[],
): Contribution[] {
  return stills
    .map(({ feature, bar }) => {
      const { name, unit } = spec.features[feature] as FeatureSpec;
      const { value, sinceStep } = rules.still.reading(feature);
      const still = { sinceStep, longestSteps: bar.longest };
      return { feature: name, unit, ratio: 1, seen: value, expected: value, range: null, still };
    })
    .sort((a, b) => a.still.sinceStep - b.still.sinceStep || (a.feature < b.feature ? -1 : 1));
}

function evenly(contributions: readonly Contribution[]): Contribution[] {
  return contributions.map((one) => ({ ...one, ratio: 1 / contributions.length }));
}

function columns({ spec }: GateContext): number[] {
  return spec.features.map((_, feature) => feature);
}
