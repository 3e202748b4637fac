import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { DeadLetter, LastRecord, PartitionMark } from '../core/records.ts';
import type { AlertBudget, DetectorSpec } from '../core/detector.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import type { KeptStep, RestoredState } from '../pipeline/checkpoint.ts';
import type { KeptHistory } from '../pipeline/explain/kept-history.ts';
import type { Alert, ModelActivation } from '../pipeline/effects.ts';
import type { AlertQuery, AlertRecord } from './alert-repository.ts';
import type { DeadLetterReason, LetterBatch, NumberedLetter } from './dead-letter-repository.ts';
import { widthOf } from './kept-rows.ts';
import type { IncidentQuery, IncidentRecord } from './incident-repository.ts';
import type { ModelRecord } from './model-repository.ts';
import type { NotificationRecord } from './notification-repository.ts';
import type { OutboxQuery } from './outbox-repository.ts';
import type { OutboxRow } from '../core/outbox.ts';
import type { Repositories } from './repositories.ts';
import { restoreState, type RestoreWanted } from './restore.ts';
import { segmentsOf } from './training-segments.ts';
import type { TrainingEntity } from './training-segments.ts';
import type { TrainingRun } from './training-run-repository.ts';
import type { TransitionRecord } from './transition-repository.ts';
import { withStoreErrors } from './sqlite-failure.ts';

/** Where a reader or writer works. */
export interface OpenStore {
  readonly directory: string;
  readonly mainPath: string;
  readonly database: Database;
  readonly repositories: Repositories;
}

/** All reads of a store. Each answer is of one moment; a writer in another thread or process may go on meanwhile. */
export class StoreReader {
  protected readonly open: OpenStore;

  constructor(open: OpenStore) {
    this.open = open;
  }

  /** Random name of this store, made with it: says whose marks the broker holds. */
  get storeId(): string {
    return this.open.repositories.meta.storeId();
  }

  /** Number of the last checkpoint. */
  get sequence(): number {
    return this.open.repositories.meta.sequence();
  }

  /** A decision that was kept under a name, `null` if there is none. */
  note(name: string): string | null {
    return this.read(({ meta }) => meta.note(name));
  }

  marks(): PartitionMark[] {
    return this.read(({ marks }) => marks.all());
  }

  /** The record read last of each partition. */
  lastRecords(): LastRecord[] {
    return this.read(({ lastRecords }) => lastRecords.all());
  }

  listAlerts(query: AlertQuery = {}): AlertRecord[] {
    return this.read(({ alerts }) => alerts.list(query));
  }

  showAlert(id: string): AlertRecord | null {
    return this.read(({ alerts }) => alerts.show(id));
  }

  listTransitions(detector: string): TransitionRecord[] {
    return this.read(({ transitions }) => transitions.list(detector));
  }

  listNotifications(detector: string, sinceMs: number): NotificationRecord[] {
    return this.read(({ notifications }) => notifications.since(detector, sinceMs));
  }

  /** Newest first. */
  listIncidents(query: IncidentQuery = {}): IncidentRecord[] {
    return this.read(({ incidents }) => incidents.list(query));
  }

  showIncident(id: string): IncidentRecord | null {
    return this.read(({ incidents }) => incidents.show(id));
  }

  /** An incident's alerts, oldest first. */
  incidentAlerts(id: string): Alert[] {
    return this.read(({ incidents }) => incidents.members(id));
  }

  /** Mutes, maintenance and silences, the past ones too. */
  quietWindows(): QuietWindow[] {
    return this.read(({ quietWindows }) => quietWindows.all());
  }

  /**
   * A detector's incidents delivered from `sinceMs` (event time) on, none of them labelled real: what the budget has paid for.
   * Those of a budget of each entity once for each entity that is part of them.
   */
  countIncidentsAgainstBudget(detector: string, sinceMs: number, scope: AlertBudget['scope']): number {
    return this.read(({ incidents }) => incidents.countAgainstBudget(detector, sinceMs, scope));
  }

  /** An entity's kept steps in [fromStep, toStep], ascending; empty if it or this list of features is unknown. */
  keptSteps(detector: DetectorSpec, entity: string, range: { fromStep: number; toStep: number }): KeptStep[] {
    return this.read(({ sets, entities, steps }) => {
      const set = sets.find(detector);
      const known = set === null ? null : entities.find(set, entity);
      if (set === null || known === null) return [];
      const toStep = Math.min(range.toStep, known.lastClosedStep ?? Infinity);
      return steps.steps(set, known.id, { fromStep: range.fromStep, toStep });
    });
  }

  /** Names of a detector's entities that are known, also of those forgotten not long ago; empty if this list of features is unknown. */
  entityNames(detector: DetectorSpec): string[] {
    return this.read(({ sets, entities }) => {
      const set = sets.find(detector);
      return set === null ? [] : entities.idsOf(set.id).map(({ entity }) => entity);
    });
  }

  /** A watched entity's cohort; empty if the entity or this list of features is unknown. */
  cohortOf(detector: DetectorSpec, entity: string): string {
    return this.read(({ sets, entities }) => {
      const set = sets.find(detector);
      return set === null ? '' : (entities.cohortOf(set, entity) ?? '');
    });
  }

  /** What is kept of a watched entity in [fromStep, toStep], for looking back; `null` if it or this list of features is unknown. */
  readHistory(
    detector: DetectorSpec,
    entity: string,
    range: { readonly fromStep: number; readonly toStep: number },
  ): KeptHistory | null {
    return this.read(({ sets, entities, steps, calibrations }) => {
      const set = sets.find(detector);
      const found = set === null ? undefined : entities.rowOf(set, entity);
      if (set === null || found === undefined) return null;
      const { id, row } = found;
      const toStep = Math.min(range.toStep, row.lastClosedStep);
      const calibration = calibrations.find(id, null);
      return {
        entity,
        labels: row.labels,
        cohort: row.cohort,
        calibration: calibration === null ? null : { detector: detector.name, entity, ...calibration },
        state: row.state,
        kept: steps.steps(set, id, { fromStep: range.fromStep, toStep }),
      };
    });
  }

  /** By what a detector's steps were scored: models in use, budget and what thresholds leave out. */
  readJudging(detector: string): Pick<RestoredState, 'activations' | 'budgetRefits' | 'exclusions'> {
    return this.read(({ models, budgetRefits, exclusions }) => ({
      activations: models.activations(detector),
      budgetRefits: budgetRefits.of(detector),
      exclusions: exclusions.of(detector),
    }));
  }

  /**
   * All that is kept of a detector's entities in [fromStep, toStep]: recent steps and the reservoir, one entity at a time,
   * by name. Rows that were written with another list of features are left out.
   */
  *readTrainingSteps(detector: DetectorSpec, fromStep: number, toStep: number): Generator<TrainingEntity> {
    const set = this.read(({ sets }) => sets.find(detector));
    if (set === null) return;
    const { ids, cohorts } = this.read(({ entities }) => ({
      ids: entities.idsOf(set.id),
      cohorts: new Map(entities.rowsOf(set).map(({ id, row }) => [id, row.cohort])),
    }));
    for (const { id, entity, lastClosedStep } of ids) {
      const newest = Math.min(toStep, lastClosedStep ?? Infinity);
      const rows = this.read(({ steps }) =>
        steps.rows(set, id, { fromStep, toStep: newest, withReservoir: true }),
      );
      if (rows.steps.length === 0) continue;
      yield { entity, cohort: cohorts.get(id) ?? '', segments: segmentsOf(rows, widthOf(set.featureCount)) };
    }
  }

  /** Names of a detector's entities that are being watched, ascending; empty if this list of features is unknown. */
  watchedEntities(detector: DetectorSpec): string[] {
    return this.read(({ sets, entities }) => {
      const set = sets.find(detector);
      const ids = set === null ? [] : entities.idsOf(set.id);
      return ids.filter(({ lastClosedStep }) => lastClosedStep !== null).map(({ entity }) => entity);
    });
  }

  /** What a pipeline of this detector would start from now; nothing if this list of features is unknown. */
  stateOf(detector: DetectorSpec, wanted: RestoreWanted): RestoredState {
    return this.read((repositories) => {
      const set = repositories.sets.find(detector);
      return restoreState(repositories, set === null ? [] : [set], wanted);
    });
  }

  /** Newest event time of a detector's entities, ms; -Infinity before the first. */
  newestMs(detector: DetectorSpec): number {
    return this.read(({ sets }) => {
      const set = sets.find(detector);
      return set === null ? -Infinity : sets.newestMs(set.id);
    });
  }

  /** A channel's pending rows, due or not, oldest first. */
  pendingOutbox(channel: string, limit: number): OutboxRow[] {
    return this.read(({ outbox }) => outbox.pending(channel, limit));
  }

  /** How many deliveries wait, and how many were given up, by channel. */
  outboxCounts(): {
    readonly pending: ReadonlyMap<string, number>;
    readonly dead: ReadonlyMap<string, number>;
  } {
    return this.read(({ outbox }) => ({ pending: outbox.counts('pending'), dead: outbox.counts('dead') }));
  }

  outboxOfAlert(alertId: string): OutboxRow[] {
    return this.read(({ outbox }) => outbox.ofAlert(alertId));
  }

  /** Deliveries of whatever status, newest first. */
  listOutbox(query: OutboxQuery): OutboxRow[] {
    return this.read(({ outbox }) => outbox.list(query));
  }

  deadLetters(limit: number): DeadLetter[] {
    return this.read(({ deadLetters }) => deadLetters.newest(limit));
  }

  /** Those after an id, oldest first, within `most`. */
  deadLettersAfter(id: number, most: LetterBatch): NumberedLetter[] {
    return this.read(({ deadLetters }) => deadLetters.after(id, most));
  }

  deadLetterReasons(limit: number): DeadLetterReason[] {
    return this.read(({ deadLetters }) => deadLetters.topReasons(limit));
  }

  listModels(detector: string): ModelRecord[] {
    return this.read(({ models }) => models.list(detector)).map((model) => this.located(model));
  }

  findModel(detector: string, version: string): ModelRecord | null {
    const model = this.read(({ models }) => models.find(detector, version));
    return model === null ? null : this.located(model);
  }

  listActivations(detector: string): ModelActivation[] {
    return this.read(({ models }) => models.activations(detector));
  }

  listTrainingRuns(detector: string, limit: number): TrainingRun[] {
    return this.read(({ trainingRuns }) => trainingRuns.list(detector, limit));
  }

  /** Bytes of all files under the store's directory. */
  storeBytes(): number {
    return bytesUnder(this.open.directory);
  }

  close(): void {
    this.open.repositories.files.close();
    this.open.database.close();
  }

  /** A model with the absolute path of its file: kept paths are relative to the store, which may have been moved. */
  protected located(model: ModelRecord): ModelRecord {
    return { ...model, path: resolve(this.open.directory, model.path) };
  }

  /** One read transaction: all of the work's queries see the same moment of the main file. */
  protected read<T>(work: (repositories: Repositories) => T): T {
    const { mainPath, database, repositories } = this.open;
    return withStoreErrors(mainPath, () => database.transaction(() => work(repositories)).deferred());
  }
}

function bytesUnder(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    // Files may go while they are counted: a day's, or SQLite's own beside a database.
    if (entry.isDirectory()) bytes += bytesUnder(path);
    else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
