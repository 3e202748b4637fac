import type { Database } from 'better-sqlite3';
import { AcceptanceRepository } from './acceptance-repository.ts';
import { AlertRepository } from './alert-repository.ts';
import { BudgetRefitRepository } from './budget-refit-repository.ts';
import { CalibrationRepository } from './calibration-repository.ts';
import { DeadLetterRepository } from './dead-letter-repository.ts';
import { DetectorSuccession } from './detector-succession.ts';
import { EntityRepository } from './entity-repository.ts';
import { ExclusionRepository } from './exclusion-repository.ts';
import { FeatureSetRepository } from './feature-set-repository.ts';
import { IncidentRepository } from './incident-repository.ts';
import { KeptStepReader } from './kept-step-reader.ts';
import { KeptStepRepository } from './kept-step-repository.ts';
import { LastRecordRepository } from './last-record-repository.ts';
import { MarkRepository } from './mark-repository.ts';
import { MetaRepository } from './meta-repository.ts';
import { ModelRepository } from './model-repository.ts';
import { NotificationRepository } from './notification-repository.ts';
import { OutboxRepository } from './outbox-repository.ts';
import { QuietWindowRepository } from './quiet-window-repository.ts';
import { RecentFiles } from './recent-files.ts';
import { ReservoirRepository } from './reservoir-repository.ts';
import type { StoreSettings } from './store-settings.ts';
import { TrainingRunRepository } from './training-run-repository.ts';
import { TransitionRepository } from './transition-repository.ts';

/** Everything that knows SQL, over one open store. */
export interface Repositories {
  readonly meta: MetaRepository;
  readonly sets: FeatureSetRepository;
  readonly entities: EntityRepository;
  readonly kept: KeptStepRepository;
  readonly files: RecentFiles;
  readonly reservoir: ReservoirRepository;
  readonly steps: KeptStepReader;
  readonly marks: MarkRepository;
  readonly lastRecords: LastRecordRepository;
  readonly calibrations: CalibrationRepository;
  readonly budgetRefits: BudgetRefitRepository;
  readonly exclusions: ExclusionRepository;
  readonly acceptances: AcceptanceRepository;
  readonly alerts: AlertRepository;
  readonly transitions: TransitionRepository;
  readonly notifications: NotificationRepository;
  readonly incidents: IncidentRepository;
  readonly quietWindows: QuietWindowRepository;
  readonly outbox: OutboxRepository;
  readonly deadLetters: DeadLetterRepository;
  readonly models: ModelRepository;
  readonly trainingRuns: TrainingRunRepository;
  readonly succession: DetectorSuccession;
}

/** Prepares all statements; the schema must be the latest. */
export function createRepositories(
  database: Database,
  directory: string,
  settings: StoreSettings,
): Repositories {
  const kept = new KeptStepRepository(database);
  const files = new RecentFiles(directory);
  const reservoir = new ReservoirRepository(database, {
    maxCells: settings.reservoirCells,
    seed: settings.reservoirSeed,
  });
  return {
    meta: new MetaRepository(database),
    sets: new FeatureSetRepository(database),
    entities: new EntityRepository(database),
    kept,
    files,
    reservoir,
    steps: new KeptStepReader(kept, files, reservoir),
    marks: new MarkRepository(database),
    lastRecords: new LastRecordRepository(database),
    calibrations: new CalibrationRepository(database),
    budgetRefits: new BudgetRefitRepository(database),
    exclusions: new ExclusionRepository(database),
    acceptances: new AcceptanceRepository(database),
    alerts: new AlertRepository(database),
    transitions: new TransitionRepository(database),
    notifications: new NotificationRepository(database),
    incidents: new IncidentRepository(database),
    quietWindows: new QuietWindowRepository(database),
    outbox: new OutboxRepository(database),
    deadLetters: new DeadLetterRepository(database, settings.deadLetters),
    models: new ModelRepository(database),
    trainingRuns: new TrainingRunRepository(database),
    succession: new DetectorSuccession(database),
  };
}
