import { isAbsolute, relative, resolve } from 'node:path';
import type { DetectorSpec } from '../core/detector.ts';
import type { Acceptance } from '../pipeline/alerts/acceptance.ts';
import type { Checkpoint, RestoredState } from '../pipeline/checkpoint.ts';
import type { ModelActivation, StepRecord, WindowChange } from '../pipeline/effects.ts';
import type { AlertLabel } from './alert-repository.ts';
import { BlockMover } from './block-mover.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import type { CheckpointExtras } from './checkpoint-writer.ts';
import { writeHistory } from './history-writer.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import { Housekeeping } from './housekeeping.ts';
import type { StoreLock } from './lock.ts';
import type { ModelRecord, NewModel } from './model-repository.ts';
import type { OutboxMark, ResendChoice } from '../core/outbox.ts';
import { restoreState } from './restore.ts';
import type { Repositories } from './repositories.ts';
import { withStoreErrors } from './sqlite-failure.ts';
import { StoreReader } from './store-reader.ts';
import type { OpenStore } from './store-reader.ts';
import type { StoreSettings } from './store-settings.ts';
import type { TrainingRun } from './training-run-repository.ts';

/** What a checkpoint became. `owner` = `storeId:sequence`, the metadata of the broker commit that follows. */
export interface AppliedCheckpoint {
  readonly sequence: number;
  /** Deliveries given up because too many waited for their channel. */
  readonly outboxDropped: number;
  readonly owner: string;
}

/**
 * The one writer of a store. A call that throws a `StoreError` with `canRetry` has written nothing and may be repeated
 * with the same arguments.
 */
export class StoreWriter extends StoreReader {
  readonly #lock: StoreLock | null;
  readonly #sets = new Map<string, FeatureSet>();
  readonly #checkpoints: CheckpointWriter;
  readonly #mover: BlockMover;
  readonly #housekeeping: Housekeeping;

  constructor(open: OpenStore, settings: StoreSettings, lock: StoreLock | null) {
    super(open);
    this.#lock = lock;
    const { kept, sets, files } = open.repositories;
    this.#checkpoints = new CheckpointWriter(open.repositories, (detector) => this.#setOf(detector));
    this.#mover = new BlockMover(kept, sets, files, settings.recentMs);
    this.#housekeeping = new Housekeeping(open.repositories, settings);
  }

  /**
   * Makes the detectors known, and answers what the pipeline starts from. An entity is restored only if its detector's step
   * and features are still the same; `rowsNeeded`: fewest kept steps an entity, as far as there are any.
   */
  readRestoredState(detectors: readonly DetectorSpec[], rowsNeeded: number): RestoredState {
    this.declareDetectors(detectors);
    const sets = detectors.map((detector) => this.#setOf(detector.name));
    return this.read((repositories) => restoreState(repositories, sets, { rowsNeeded }));
  }

  /** Makes the detectors known whose checkpoints will come. */
  declareDetectors(detectors: readonly DetectorSpec[]): void {
    this.#write(({ sets }) => {
      for (const detector of detectors) this.#sets.set(detector.name, sets.declare(detector));
    });
  }

  /** Writes a checkpoint in one transaction. Steps, transitions and outbox rows that are there already are passed over. */
  applyCheckpoint(checkpoint: Checkpoint, extras: CheckpointExtras): AppliedCheckpoint {
    this.#tidy();
    const moved = this.read(() => this.#mover.copy());
    const { sequence, outboxDropped } = this.#write(() => this.#checkpoints.write(checkpoint, extras, moved));
    return { sequence, outboxDropped, owner: `${this.storeId}:${sequence}` };
  }

  /** Answers false if there is no such alert. */
  labelAlert(id: string, label: AlertLabel): boolean {
    return this.#write(({ alerts }) => alerts.label(id, label));
  }

  /** For use without a pipeline, and for silences, which no running one looks at. */
  changeWindows(changes: readonly WindowChange[]): void {
    this.#write(({ quietWindows }) => {
      for (const change of changes) quietWindows.apply(change);
    });
  }

  markOutbox(marks: readonly OutboxMark[]): void {
    this.#write(({ outbox }) => {
      for (const mark of marks) outbox.mark(mark);
    });
  }

  /** Gives up the deliveries that wait for other channels than these, and answers how many. */
  retireOutbox(channels: readonly string[]): number {
    return this.#write(({ outbox }) => outbox.retireOthers(channels));
  }

  /** Makes deliveries pending anew and answers how many. */
  resendOutbox(choice: ResendChoice, nowMs: number): number {
    return this.#write(({ outbox }) => outbox.resend(choice, nowMs));
  }

  /** `path` becomes relative to the store if the file lies in it. */
  insertModel(model: NewModel): void {
    const inside = relative(resolve(this.open.directory), model.path);
    const isInside = isAbsolute(model.path) && !inside.startsWith('..') && !isAbsolute(inside);
    this.#write(({ models }) => models.insert({ ...model, path: isInside ? inside : model.path }));
  }

  /** For use without a pipeline, such as a rollback by hand; a running one activates through its checkpoint. */
  activateModel(activation: ModelActivation): void {
    const stepMs = this.#sets.get(activation.detector)?.stepMs ?? null;
    this.#write(({ models }) => models.activate(activation, stepMs));
  }

  /** For use without a pipeline; a running one takes what people say in through its checkpoint. */
  insertAcceptance(acceptance: Acceptance): void {
    this.#write(({ acceptances }) => acceptances.insert(acceptance));
  }

  /** Forgets old versions (see `ModelRepository.prune`) and answers them, so that their files can be unlinked. */
  pruneModels(detector: string, keep: number): ModelRecord[] {
    return this.#write(({ models, calibrations }) => {
      const pruned = models.prune(detector, keep);
      for (const { version } of pruned) calibrations.deleteVersion(detector, version);
      return pruned.map((model) => this.located(model));
    });
  }

  /**
   * Takes in steps of a detector that were closed from history, before the first live one; in one transaction with the note, if there is one.
   * Entities that nothing live has been heard of are known by these rows alone.
   */
  addHistory(
    detector: DetectorSpec,
    steps: readonly StepRecord[],
    note?: { readonly name: string; readonly text: string },
  ): void {
    const set = this.#setOf(detector.name);
    this.#write(({ entities, reservoir, sets, meta }) => {
      writeHistory(steps, set, { entities, reservoir });
      const newest = steps.reduce((most, { vector }) => Math.max(most, vector.step), -Infinity);
      sets.advance(set.id, (newest + 1) * set.stepMs);
      if (note !== undefined) meta.setNote(note.name, note.text);
    });
  }

  /**
   * In one transaction with a note: forgets what detectors have learned that are given up, and lets successors take detectors' places.
   * Answers the models that are on record no more, so that their files can be unlinked.
   */
  succeed(
    changes: {
      readonly dropped: readonly string[];
      readonly succeeded: readonly { readonly detector: string; readonly successor: string }[];
    },
    note: { readonly name: string; readonly text: string },
  ): ModelRecord[] {
    const gone = [...changes.dropped, ...changes.succeeded.map(({ detector }) => detector)];
    const models = gone.flatMap((detector) => this.listModels(detector));
    this.#write(({ succession, meta }) => {
      for (const detector of changes.dropped) succession.drop(detector);
      for (const { detector, successor } of changes.succeeded) succession.succeed(detector, successor);
      meta.setNote(note.name, note.text);
    });
    for (const detector of [...gone, ...changes.succeeded.map(({ successor }) => successor)])
      this.#sets.delete(detector);
    this.#checkpoints.reset();
    return models;
  }

  /** Keeps a decision under a name. */
  setNote(name: string, text: string): void {
    this.#write(({ meta }) => meta.setNote(name, text));
  }

  /** Puts on record that a training is under way; `insertTrainingRun` with the same start ends it. */
  startTrainingRun(detector: string, startedMs: number): void {
    this.#write(({ trainingRuns }) => trainingRuns.start(detector, startedMs));
  }

  /** Ends as failed what an earlier writer began and never ended, and answers what that was; to be called before any is begun. */
  failUnendedRuns(detail: string): Pick<TrainingRun, 'detector' | 'startedMs'>[] {
    const unended = this.read(({ trainingRuns }) => trainingRuns.unended());
    if (unended.length > 0) this.#write(({ trainingRuns }) => trainingRuns.failUnended(detail));
    return unended;
  }

  insertTrainingRun(run: TrainingRun): void {
    this.#write(({ trainingRuns }) => trainingRuns.insert(run));
  }

  override close(): void {
    super.close();
    this.#lock?.release();
  }

  #setOf(detector: string): FeatureSet {
    const set = this.#sets.get(detector);
    if (set === undefined) throw new Error(`Detector ${detector} was not declared to the store.`);
    return set;
  }

  #tidy(): void {
    const due = this.#housekeeping.due(this.#sets.values());
    if (due.length === 0) return;
    this.#write(() => {
      for (const set of due) this.#housekeeping.deleteRows(set);
      this.#checkpoints.resetCursors();
    });
    this.read(() => {
      for (const set of due) this.#housekeeping.unlinkFiles(set);
    });
  }

  #write<T>(work: (repositories: Repositories) => T): T {
    const { database, mainPath, repositories } = this.open;
    try {
      return withStoreErrors(mainPath, () => database.transaction(() => work(repositories)).immediate());
    } catch (error) {
      this.#checkpoints.reset();
      throw error;
    }
  }
}
