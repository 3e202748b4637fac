import type { DetectorSpec } from '../core/detector.ts';
import type { Labels } from '../core/sample.ts';
import { newGateState, type GateState } from './alerts/gate-state.ts';
import { historyRows, RowHistory } from './row-history.ts';
import { newEntityRules, type EntityRules } from './rules/entity-rules.ts';
import type { LevelMemory } from './scoring/normals/level-memory.ts';
import type { EntityNormals } from './scoring/normals/normal.ts';
import type { ScoringState } from './scoring/scoring-state.ts';
import { EntitySeries } from './series/entity-series.ts';

/** All that the pipeline knows of one watched entity. */
export interface Entity {
  readonly key: string;
  readonly labels: Labels;
  /** The smallest of the cohorts that its series name, so that the order of arrival does not matter. */
  cohort: string;
  readonly series: EntitySeries;
  readonly history: RowHistory;
  /** Under the model version that scored it last. */
  scoring: ScoringState | null;
  gate: GateState;
  readonly rules: EntityRules;
  /** Since the onset of its open alert; `null` without one. */
  level: LevelMemory | null;
  /** `null` where only the model's own normal is known. */
  normals: EntityNormals | null;
}

/** An entity that nothing is known of. */
export function newEntity(spec: DetectorSpec, key: string, labels: Labels): Entity {
  return {
    key,
    labels,
    cohort: '',
    series: new EntitySeries(spec),
    history: new RowHistory(spec.features.length, historyRows(spec)),
    scoring: null,
    gate: newGateState(),
    rules: newEntityRules(spec.features.length),
    level: null,
    normals: null,
  };
}

/** Takes note of the cohort that one of its series names. */
export function joinCohort(entity: Entity, cohort: string): void {
  if (cohort === '' || cohort === entity.cohort) return;
  if (entity.cohort === '' || cohort < entity.cohort) {
    entity.cohort = cohort;
    entity.series.changed = true;
  }
}
