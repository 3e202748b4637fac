import { unscoredStepsToResolve } from '../alerts/unscored-steps.ts';
import { newestRecord, type DetectorState } from '../detector-state.ts';
import type { Entity } from '../entity.ts';
import { gateContext } from '../entity-gate.ts';
import type { PipelineState } from '../pipeline-state.ts';
import { LONGEST_FILLED_GAP } from '../series/entity-series.ts';
import type { StepRun } from '../step-run.ts';
import { advanceAbsence, isStall, type Sweep } from './absence.ts';
import { silenced } from './advance-rules.ts';
import { beginAnew } from './begin-silence-anew.ts';
import { IdentityChurn } from './identity-churn.ts';
import type { FaultOutcome } from './open-fault.ts';
import { entitiesKnown, publishFault } from './publish-fault.ts';

const DAY_MS = 86_400_000;

/**
 * Takes the entities that are silent through the rules, when the watermark has closed steps without them. In order of their names, so
 * that a storm opens the same incident after a restart.
 */
export function sweepFaults(run: StepRun, detector: DetectorState, sweep: Sweep): void {
  const { through } = sweep;
  const silent = [...detector.entities.values()].filter(
    ({ rules: { lastStep } }) => lastStep !== null && through - lastStep > LONGEST_FILLED_GAP,
  );
  if (silent.length === 0) return;
  if (isStall(sweep)) silent.forEach((entity) => beginAnew(entity, detector.spec, through));
  const judge = new AbsenceJudge(run.state, detector, through);
  silent.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const entity of silent) {
    for (const fault of faultsOf(run, { detector, entity, sweep, judge })) {
      if (fault.transitions.length + fault.notifications.length === 0) continue;
      // Steps that wait to be scored came before.
      run.settle();
      const entities = entitiesKnown(detector);
      publishFault(fault, { detector, entity, clockMs: newestRecord(detector), entities }, run.effects);
      entity.series.changed = true;
    }
  }
}

function faultsOf(
  run: StepRun,
  {
    detector,
    entity,
    sweep,
    judge,
  }: {
    readonly detector: DetectorState;
    readonly entity: Entity;
    readonly sweep: Sweep;
    readonly judge: AbsenceJudge;
  },
): FaultOutcome[] {
  const { rules } = entity;
  const faults: FaultOutcome[] = [];
  const isOver = sweep.through - (rules.lastStep ?? Infinity) >= unscoredStepsToResolve;
  if (rules.flatline !== null && isOver) faults.push(silenced(detector, entity, run.maxAlertAgeMs));
  const context = gateContext(detector, entity, run);
  const absence = advanceAbsence(context, rules, {
    sweep,
    mayBeAbsent: () => judge.mayBeAbsent(entity),
  });
  rules.absence = absence.open;
  faults.push(absence);
  return faults;
}

/** Says of silent entities of one sweep whether that is news: known for a day, its source going on, and its kind not one that comes and goes. */
class AbsenceJudge {
  readonly #state: PipelineState;
  readonly #detector: DetectorState;
  readonly #through: number;
  #churn: IdentityChurn | null = null;

  constructor(state: PipelineState, detector: DetectorState, through: number) {
    this.#state = state;
    this.#detector = detector;
    this.#through = through;
  }

  mayBeAbsent(entity: Entity): boolean {
    const { spec, entities } = this.#detector;
    const { seenFromStep, lastStep } = entity.rules;
    if (seenFromStep === null || lastStep === null) return false;
    if ((lastStep - seenFromStep + 1) * spec.stepMs < DAY_MS) return false;
    if (!this.#goesOn(entity)) return false;
    if (spec.alert.absence?.mode !== 'auto') return true;
    this.#churn ??= new IdentityChurn(spec, [...entities.values()], this.#through);
    return !this.#churn.isHigh && !this.#churn.isReplaced(entity.cohort, lastStep);
  }

  /**
   * Whether a partition with the entity's samples is read and not idle. One that is idle has stalled, unless no other entity lies in it
   * while the others go on: then it is idle because the entity is gone. Not if it was begun elsewhere and had no record since.
   */
  #goesOn({ series, key }: Entity): boolean {
    const own = [...series.partitions].flatMap((index) => this.#state.partitions[index] ?? []);
    // Of the steps that another store has given out, an entity's samples are only remembered here.
    const throughMs = this.#through * this.#detector.spec.stepMs;
    if (own.some(({ wholeFromMs }) => throughMs < wholeFromMs)) return false;
    if (own.some(({ assigned, idle }) => assigned && !idle)) return true;
    const [only, ...more] = own;
    if (only === undefined || more.length > 0 || !only.assigned || only.heard !== true) return false;
    const { partitions } = this.#state.sources.get(only.id.source) ?? { partitions: [] };
    if (!partitions.some(({ assigned, idle }) => assigned && !idle)) return false;
    return [...this.#detector.entities.values()].every(
      (other) => other.key === key || !other.series.partitions.has(only.index),
    );
  }
}
