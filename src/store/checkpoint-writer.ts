import type { LastRecord } from '../core/records.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import type { StepRecord } from '../pipeline/effects.ts';
import type { MovedBlock } from './block-mover.ts';
import type { FeatureSet } from './feature-set-repository.ts';
import { KeptStepWriter } from './kept-step-writer.ts';
import type { NewOutboxRow } from '../core/outbox.ts';
import type { Repositories } from './repositories.ts';

/** Under this name the notification brake's state is noted. */
export const BRAKE_NOTE = 'notification_brake';

/** What others than the pipeline add to a checkpoint's transaction. */
export interface CheckpointExtras {
  /** Made by delivery from the checkpoint's notifications. */
  readonly outbox: readonly NewOutboxRow[];
  /** The notification brake's state as JSON, if it has changed. */
  readonly brake?: string;
  /** What was read last of partitions, as far as that changed. */
  readonly lastRecords?: readonly LastRecord[];
}

/** The rows of one checkpoint; the caller holds the transaction. */
export class CheckpointWriter {
  readonly #repositories: Repositories;
  readonly #setOf: (detector: string) => FeatureSet;
  readonly #steps: KeptStepWriter;

  constructor(repositories: Repositories, setOf: (detector: string) => FeatureSet) {
    this.#repositories = repositories;
    this.#setOf = setOf;
    this.#steps = new KeptStepWriter(repositories.kept, repositories.entities);
  }

  /** Writes all of it and answers the new sequence number, and how many deliveries had to be given up. */
  write(
    checkpoint: Checkpoint,
    extras: CheckpointExtras,
    moved: readonly MovedBlock[],
  ): { readonly sequence: number; readonly outboxDropped: number } {
    const { meta, marks, deadLetters, outbox, lastRecords } = this.#repositories;
    this.#finishMoves(moved);
    const gone = this.#forget(checkpoint);
    this.#writeSteps(checkpoint, gone);
    this.#writeEntities(checkpoint);
    this.#writeAlerts(checkpoint);
    for (const row of extras.outbox) outbox.insert(row);
    let outboxDropped = 0;
    for (const channel of new Set(extras.outbox.map((row) => row.channel))) {
      outboxDropped += outbox.dropOverflow(channel);
    }
    if (extras.brake !== undefined) meta.setNote(BRAKE_NOTE, extras.brake);
    for (const mark of checkpoint.marks) marks.upsert(mark);
    for (const record of extras.lastRecords ?? []) lastRecords.put(record);
    deadLetters.insert(checkpoint.effects.deadLetters);
    const sequence = meta.sequence() + 1;
    meta.setSequence(sequence);
    return { sequence, outboxDropped };
  }

  /** After a rollback: nothing that was remembered of the tables may be trusted. */
  reset(): void {
    this.#steps.resetCursors();
    this.#repositories.reservoir.reset();
    this.#repositories.deadLetters.reset();
  }

  /** After rows of entities were deleted elsewhere. */
  resetCursors(): void {
    this.#steps.resetCursors();
  }

  #finishMoves(moved: readonly MovedBlock[]): void {
    if (moved.length === 0) return;
    this.#repositories.reservoir.offer(moved);
    for (const { entityId, blockStep } of moved) this.#repositories.kept.deleteBlock(entityId, blockStep);
  }

  /** Forgetting goes first: an entity that is in `entities` too has come back within the same checkpoint. */
  #forget(checkpoint: Checkpoint): ByDetector<true> {
    const { entities, calibrations, sets } = this.#repositories;
    const back: ByDetector<true> = new Map();
    for (const { detector, entity } of checkpoint.entities) put(back, detector, entity, true);
    const gone: ByDetector<true> = new Map();
    for (const { detector, entity } of checkpoint.forgotten) {
      const set = this.#setOf(detector);
      const id = entities.findId(set, entity);
      if (id !== null) {
        this.#steps.forget(set, entity);
        calibrations.deleteEntity(id);
        entities.forget(id, sets.newestMs(set.id));
      }
      if (back.get(detector)?.has(entity) !== true) put(gone, detector, entity, true);
    }
    return gone;
  }

  #writeSteps(checkpoint: Checkpoint, gone: ByDetector<true>): void {
    const groups: ByDetector<StepRecord[]> = new Map();
    for (const record of checkpoint.effects.steps) {
      const { detector, entity } = record.vector;
      const group = groups.get(detector)?.get(entity);
      if (group === undefined) put(groups, detector, entity, [record]);
      else group.push(record);
    }
    for (const [detector, ofEntity] of groups) {
      const set = this.#setOf(detector);
      for (const [entity, records] of ofEntity) {
        if (gone.get(detector)?.has(entity) === true) continue;
        records.sort((a, b) => a.vector.step - b.vector.step);
        this.#steps.append(set, entity, records);
      }
    }
  }

  #writeEntities(checkpoint: Checkpoint): void {
    const { entities, calibrations, sets } = this.#repositories;
    const newest = new Map<number, number>();
    for (const row of checkpoint.entities) {
      const set = this.#setOf(row.detector);
      entities.upsert(entities.idOf(set, row.entity), row);
      newest.set(set.id, Math.max(newest.get(set.id) ?? -Infinity, row.clockMs));
    }
    for (const [setId, newestMs] of newest) sets.advance(setId, newestMs);
    for (const row of checkpoint.calibrations) {
      calibrations.upsert(entities.idOf(this.#setOf(row.detector), row.entity), row);
    }
  }

  #writeAlerts(checkpoint: Checkpoint): void {
    const {
      alerts,
      transitions,
      notifications,
      incidents,
      quietWindows,
      models,
      budgetRefits,
      exclusions,
      acceptances,
    } = this.#repositories;
    for (const transition of checkpoint.effects.transitions) {
      // The end of an alert whose detector is not configured any more: its own record knows the step.
      const kept = alerts.show(transition.alert.id);
      const stepMs = kept?.stepMs ?? this.#setOf(transition.alert.detector).stepMs;
      alerts.apply(transition, stepMs);
      // From a state to itself: only the alert's peak and newest step have moved.
      if (transition.from !== transition.to) transitions.insert(transition, stepMs);
    }
    for (const notification of checkpoint.effects.notifications) {
      notifications.insert(notification);
      if (notification.deliver) alerts.markDelivered(notification.alert.id);
    }
    for (const update of checkpoint.effects.incidents) {
      const { id, detector } = update.incident;
      incidents.apply(update, incidents.show(id)?.stepMs ?? this.#setOf(detector).stepMs);
    }
    for (const activation of checkpoint.effects.activations) {
      models.activate(activation, this.#setOf(activation.detector).stepMs);
    }
    for (const refit of checkpoint.effects.budgetRefits) budgetRefits.insert(refit);
    for (const exclusion of checkpoint.effects.exclusions) exclusions.insert(exclusion);
    for (const change of checkpoint.effects.windows) quietWindows.apply(change);
    for (const acceptance of checkpoint.effects.acceptances) acceptances.insert(acceptance);
  }
}

type ByDetector<T> = Map<string, Map<string, T>>;

function put<T>(map: ByDetector<T>, detector: string, entity: string, value: T): void {
  const inner = map.get(detector);
  if (inner === undefined) map.set(detector, new Map([[entity, value]]));
  else inner.set(entity, value);
}
