import type { DetectorSpec } from '../../core/detector.ts';
import type { GateContext } from '../alerts/gate-state.ts';
import { LONGEST_FILLED_GAP } from '../series/entity-series.ts';
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
import { watermarkStep } from './watermark-step.ts';

/** Steps without the entity, closed by the source's watermark, that make it more than a scrape gap. */
const STEPS_TO_BEGIN = LONGEST_FILLED_GAP + 1;

/** What the sweep of a detector has closed: steps after `before`, up to `through`. */
export interface Sweep {
  readonly before: number;
  readonly through: number;
  readonly newestKnownMs: number;
}

/**
 * Steps of an entity's silence, as the watermark closes them, that make it absent: the watermark is `absent_after` behind the source
 * already.
 */
function stepsToAbsence({ stepMs, absentAfterMs }: DetectorSpec, afterMs: number): number {
  return Math.max(STEPS_TO_BEGIN, Math.ceil((afterMs - absentAfterMs) / stepMs));
}

/**
 * Whether the closing of steps shows that the source itself stood still, or began: so many steps passed at once. Silence before says
 * nothing of an entity: those that come back after a stall do so one after the other.
 */
export function isStall({ before, through }: Pick<Sweep, 'before' | 'through'>): boolean {
  return through - before > STEPS_TO_BEGIN;
}

/**
 * Takes an entity that is silent through a sweep: pending after three steps without it, firing once the source has gone on for
 * `absence.after`. The verdicts are as of the steps in which the source's watermark let them fall due, so that it makes no difference
 * which sweep sees them. `mayBeAbsent` is asked before each of them.
 */
export function advanceAbsence(
  context: GateContext,
  rules: EntityRules,
  { sweep, mayBeAbsent }: { readonly sweep: Sweep; readonly mayBeAbsent: () => boolean },
): FaultOutcome {
  const { absence: rule } = context.spec.alert;
  const { lastStep, absence } = rules;
  if (lastStep === null) return asBefore(absence);
  if (absence?.alert.state === 'firing') return remind(context, absence, sweep);
  if (rule === undefined || rule.mode === 'off') return asBefore(absence);
  const silentFrom = Math.max(lastStep, rules.silentFromStep ?? -Infinity);
  // What was held up, as by a stalled partition, falls due now.
  const dueStep = (steps: number): number =>
    watermarkStep(context.spec, silentFrom + steps > sweep.before ? silentFrom + steps : sweep.through);
  const facts = (step: number): FaultFacts => ({
    firstStep: lastStep + 1,
    lastStep: step,
    contributions: [],
    recent: [],
  });
  const outcomes: FaultOutcome[] = [];
  let open = absence;
  if (open === null && sweep.through - silentFrom >= STEPS_TO_BEGIN && mayBeAbsent()) {
    const step = dueStep(STEPS_TO_BEGIN);
    const begun = beginFault(context, 'absence', { facts: facts(step), step });
    outcomes.push(begun);
    open = begun.open;
  }
  const steps = stepsToAbsence(context.spec, rule.afterMs);
  if (open !== null && sweep.through - silentFrom >= steps) {
    const step = dueStep(steps);
    const now = { step, newestKnownMs: sweep.newestKnownMs };
    const next = mayBeAbsent()
      ? fireFault(context, open, { facts: facts(step), now })
      : endFault(context, open, { step, resolution: 'no_data' });
    outcomes.push(next);
    open = next.open;
  }
  return {
    open,
    transitions: outcomes.flatMap(({ transitions }) => transitions),
    notifications: outcomes.flatMap(({ notifications }) => notifications),
  };
}

/** Ends the absence of an entity of which a sample came in `step`; it may have come while the watermark was still on its way. */
export function endAbsence(context: GateContext, open: OpenFault, step: number): FaultOutcome {
  const until = { ...open, alert: { ...open.alert, lastStepOver: step - 1 } };
  const endStep = Math.max(step, open.alert.firedStep ?? step);
  return endFault(context, until, { step: endStep, resolution: 'returned' });
}

/** Ends the absence of an entity that is forgotten as of `step`. */
export function forgetAbsence(context: GateContext, open: OpenFault, step: number): FaultOutcome {
  const until = { ...open, alert: { ...open.alert, lastStepOver: step } };
  return endFault(context, until, { step, resolution: 'forgotten' });
}

function remind(context: GateContext, open: OpenFault, { through, newestKnownMs }: Sweep): FaultOutcome {
  const { firstStepOver: firstStep, contributions, recent } = open.alert;
  const facts = { firstStep, lastStep: through, contributions, recent };
  const now: FaultStep = { step: watermarkStep(context.spec, through), newestKnownMs };
  const outcome = goOnFault(context, open, { facts, now });
  return outcome.notifications.length === 0 ? asBefore(open) : outcome;
}
