import type { PartitionMark } from '../../src/core/records.ts';
import type {
  CalibrationRow,
  Checkpoint,
  EntityRow,
  KeptStep,
  RestoredEntity,
  RestoredState,
} from '../../src/pipeline/checkpoint.ts';
import type { Incident, OpenIncident } from '../../src/pipeline/alerts/incident.ts';
import type { Alert, Effects, ModelActivation, StepRecord } from '../../src/pipeline/effects.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import type { CalibrationExclusion } from '../../src/pipeline/scoring/calibration-exclusion.ts';
import { withAcceptance, type Acceptance } from '../../src/pipeline/alerts/acceptance.ts';
import type { BudgetRefit } from '../../src/pipeline/scoring/budget-refit.ts';
import { withExclusion } from '../../src/pipeline/scoring/calibration-exclusion.ts';
import { partitionKey } from '../../src/pipeline/partition-state.ts';

/** A store as the pipeline's contract asks for it, in memory; what it gives back has gone through serialisation. */
export class MemoryStore {
  #effects: Effects[] = [];
  #marks = new Map<string, PartitionMark>();
  #entities = new Map<string, EntityRow>();
  #calibrations = new Map<string, CalibrationRow>();
  #steps = new Map<string, StepRecord[]>();
  #activations: ModelActivation[] = [];
  #budgetRefits: BudgetRefit[] = [];
  #exclusions: CalibrationExclusion[] = [];
  #acceptances: Acceptance[] = [];

  /** All effects that were committed. */
  get effects(): Effects {
    return joinEffects(this.#effects);
  }

  apply({ effects, marks, entities, calibrations, forgotten }: Checkpoint): void {
    for (const { detector, entity } of forgotten) {
      const key = `${detector} ${entity}`;
      this.#entities.delete(key);
      this.#calibrations.delete(key);
      this.#steps.delete(key);
    }
    this.#effects.push(effects);
    this.#activations.push(...effects.activations);
    for (const added of effects.exclusions) this.#exclusions = withExclusion(this.#exclusions, added, 10_000);
    for (const added of effects.acceptances) {
      this.#acceptances = withAcceptance(this.#acceptances, added, 10_000);
    }
    this.#budgetRefits.push(...effects.budgetRefits);
    for (const mark of marks) this.#marks.set(partitionKey(mark), mark);
    for (const row of entities) this.#entities.set(`${row.detector} ${row.entity}`, row);
    for (const row of calibrations) this.#calibrations.set(`${row.detector} ${row.entity}`, row);
    for (const record of effects.steps) {
      const key = `${record.vector.detector} ${record.vector.entity}`;
      const kept = this.#steps.get(key) ?? [];
      kept.push(record);
      this.#steps.set(key, kept);
    }
  }

  restore(): RestoredState {
    return structuredClone({
      marks: [...this.#marks.values()],
      entities: [...this.#entities].map(([key, row]) => this.#restored(key, row)),
      activations: this.#activations,
      exclusions: this.#exclusions,
      acceptances: this.#acceptances,
      budgetRefits: this.#budgetRefits.slice(-4),
      firedSteps: this.#firedSteps(),
      incidents: this.#openIncidents(),
      windows: this.#effects.flatMap(({ windows }) => windows.map(({ window }) => window)),
    });
  }

  /** Incidents that are not over, with their alerts as their last transitions left them. */
  #openIncidents(): OpenIncident[] {
    const incidents = new Map<string, Incident>();
    const incidentOf = new Map<string, string>();
    const alerts = new Map<string, Alert>();
    for (const { incidents: updates, transitions } of this.#effects) {
      for (const { alert } of transitions) alerts.set(alert.id, alert);
      for (const { incident, joined } of updates) {
        incidents.set(incident.id, incident);
        for (const alertId of joined) incidentOf.set(alertId, incident.id);
      }
    }
    const membersOf = (id: string): Alert[] =>
      [...incidentOf].flatMap(([alertId, of]) => (of === id ? (alerts.get(alertId) ?? []) : []));
    return [...incidents.values()]
      .filter(({ state }) => state !== 'resolved')
      .map((incident) => ({ incident, alerts: membersOf(incident.id) }));
  }

  /** Steps at which alerts fired that are not provisional, by detector. */
  #firedSteps(): Map<string, number[]> {
    const fired = new Map<string, number[]>();
    for (const { alert, from, to, step } of this.#effects.flatMap(({ transitions }) => transitions)) {
      if (to !== 'firing' || from === to || alert.provisional) continue;
      fired.set(alert.detector, [...(fired.get(alert.detector) ?? []), step]);
    }
    return fired;
  }

  #restored(key: string, row: EntityRow): RestoredEntity {
    const calibration = this.#calibrations.get(key) ?? null;
    const steps = this.#steps.get(key) ?? [];
    const kept = steps.filter(
      ({ vector }, index) => index >= steps.length - 64 || vector.step > (calibration?.upToStep ?? -1),
    );
    return { ...row, calibration, kept: kept.map(keptStep), openAlerts: [] };
  }
}

/** A step as the store would give it back. */
export function keptStep({ vector, scored, normal }: StepRecord): KeptStep {
  const { step, values, filled } = vector;
  return {
    step,
    values,
    filled,
    raw: scored?.raw ?? NaN,
    score: scored?.score ?? NaN,
    over: scored?.over ?? false,
    alertable: scored?.alertable ?? false,
    ...(normal !== undefined && { normal }),
  };
}
