import { setImmediate } from 'node:timers/promises';
import type { PartitionId, RawBatch, RecordPrint } from '../core/records.ts';
import { decodeBatch } from '../ingest/decode-batch.ts';
import type { DecodeLimits, SampleFormat } from '../ingest/formats/sample-format.ts';
import type { BrokerMark, RecordStream, StreamHandler } from '../ingest/record-stream.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import type { Effects } from '../pipeline/effects.ts';
import type { PipelineInput } from '../pipeline/inputs.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { step } from '../pipeline/step.ts';
import { waitingIncidents } from '../pipeline/tell-incidents.ts';
import { releaseModels, takeCheckpoint } from '../pipeline/take-checkpoint.ts';
import type { CheckpointExtras } from '../store/checkpoint-writer.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { applyPatiently } from './apply-patiently.ts';
import { batchSlices } from './batch-slices.ts';
import { CommitChain } from './commit-chain.ts';
import { IncidentWaits } from './incident-waits.ts';
import { LastRecords } from './last-records.ts';
import { PartitionOwnership } from './partition-ownership.ts';
import { PendingEffects } from './pending-effects.ts';
import { prepareFormat } from './prepare-format.ts';
import type { Beginning } from './history/beginnings.ts';
import type { Report, TelemetryEvent } from './telemetry.ts';

/** Longest stretch of work before timers and sockets of the thread get their turn. */
const SLICE_MS = 20;
/** Batches are joined to a checkpoint for at most so long, or so many steps. */
const CHECKPOINT_MS = 1000;
const CHECKPOINT_STEPS = 20_000;

/** What delivery adds to a checkpoint. */
export type OutboxPart = Pick<CheckpointExtras, 'outbox' | 'brake'>;

export interface PipelineRunnerOptions {
  readonly state: PipelineState;
  readonly store: StoreWriter;
  readonly stream: RecordStream;
  /** By source. */
  readonly formats: ReadonlyMap<string, SampleFormat>;
  readonly decodeLimits: DecodeLimits;
  readonly nowMs: () => number;
  readonly report: Report;
  /** What ails the stream already, as the runner before this one was told; absent: nothing. */
  readonly trouble?: string | null;
  /** Rows for the edge channels, written with the alerts that made them. */
  readonly outbox: (effects: Effects) => OutboxPart;
  /** Whether there is something for them, though nothing has happened. */
  readonly isOutboxDue?: () => boolean;
  /** See `OwnershipOptions`. */
  readonly beginnings?: () => ReadonlyMap<string, Beginning>;
  /** What of the effects goes on record; absent: all. */
  readonly onRecord?: (effects: Effects) => Effects;
  /** After the transaction: now the world may see it. */
  readonly applied: (checkpoint: Checkpoint, lag: ReadonlyMap<string, number>) => void;
}

/**
 * Drives the pipeline: batches in, effects joined to checkpoints of about a second, each written in one transaction
 * before anything of it is shown, sent or committed to the broker. A full disk holds the reading and loses nothing; a
 * broker that is slow to commit does not even hold it.
 */
export class PipelineRunner implements StreamHandler {
  readonly #options: PipelineRunnerOptions;
  readonly #lag = new Map<string, number>();
  readonly #commits: CommitChain;
  readonly #lastRecords: LastRecords;
  readonly #ownership: PartitionOwnership;
  readonly #pending = new PendingEffects();
  readonly #waits = new IncidentWaits();
  #lastCheckpointMs: number;
  #writing: Promise<void> | null = null;
  #trouble: string | null = null;
  readonly #stopping = new AbortController();
  /** The state is ahead of the store for good: nothing is taken, written or committed any more. */
  #isAdrift = false;
  /** Another runner has taken over, or is about to. */
  #hasEnded = false;

  constructor(options: PipelineRunnerOptions) {
    this.#options = options;
    const { state, store, report } = options;
    this.#commits = new CommitChain(options.stream);
    this.#lastRecords = new LastRecords(store.lastRecords());
    this.#ownership = new PartitionOwnership({
      state,
      storeId: store.storeId,
      lastRecords: this.#lastRecords,
      take: (input) => this.take(input),
      report,
      ...(options.beginnings && { beginnings: options.beginnings }),
    });
    this.#lastCheckpointMs = options.nowMs();
    this.#trouble = options.trouble ?? null;
  }

  /** What ails the stream, `null`: nothing. */
  get streamTrouble(): string | null {
    return this.#trouble;
  }

  /** Takes inputs at once; their effects go with the next checkpoint. */
  take(...inputs: PipelineInput[]): void {
    this.adopt(step(this.#options.state, inputs));
  }

  /** Effects that come from elsewhere than `step`; they go with the next checkpoint. */
  adopt(effects: Effects): void {
    this.#pending.add(effects);
  }

  assigned(partition: PartitionId, mark: BrokerMark): number | null {
    return this.#ownership.assigned(partition, mark);
  }

  revoked(partition: PartitionId): void {
    this.#lag.delete(lagKey(partition));
    this.#commits.forget(partition);
    this.#ownership.revoked(partition);
  }

  lastRead(partition: PartitionId): RecordPrint | null {
    return this.#ownership.lastRead(partition);
  }

  idle(partition: PartitionId, idle: boolean): void {
    this.take(this.#present(partition.source), { kind: 'idle', partition, idle });
  }

  offsetLost(partition: PartitionId, expected: number, restartedAt: number): void {
    this.#ownership.offsetLost(partition, expected, restartedAt);
  }

  replaced(partition: PartitionId, lastRead: number, restartedAt: number): void {
    this.#ownership.replaced(partition, lastRead, restartedAt);
  }

  trouble(message: string | null): void {
    if (message === this.#trouble) return;
    this.#trouble = message;
    this.#options.report(
      message === null
        ? { event: 'kafka_recovered', level: 'info', message: 'Kafka answers again.' }
        : { event: 'kafka_trouble', level: 'error', message },
    );
  }

  async batch(batch: RawBatch): Promise<void> {
    const { formats, decodeLimits, nowMs, report } = this.#options;
    const format = formats.get(batch.source);
    if (format === undefined) throw new Error(`no format for source ${batch.source}`);
    if (!(await prepareFormat(format, batch, { signal: this.#stopping.signal, report }))) return;
    await this.#writing;
    if (this.#isAdrift) return;
    let sliceStartMs = nowMs();
    for (const part of batchSlices(batch)) {
      const slice = decodeBatch(part, format, decodeLimits);
      this.take(this.#present(batch.source), { kind: 'records', slice });
      if (nowMs() - sliceStartMs < SLICE_MS) continue;
      await setImmediate();
      sliceStartMs = nowMs();
    }
    this.#lastRecords.read(batch);
    this.#lag.set(lagKey(batch), Math.max(0, batch.highWatermark - batch.nextOffset));
    if (this.#isDue()) await this.checkpoint();
  }

  /** To be called a few times a second: tells and writes what has waited long enough. */
  async tick(): Promise<void> {
    const { state, nowMs, isOutboxDue } = this.#options;
    if (this.#hasEnded) return;
    for (const { detector, incident } of this.#waits.due(waitingIncidents(state), nowMs())) {
      this.take({ kind: 'tell', detector, incident });
    }
    const isDirty = this.#pending.isDirty || isOutboxDue?.() === true;
    if (this.#writing === null && isDirty && this.#isDue()) await this.checkpoint();
  }

  /** Writes all that there is, and does nothing by itself any more. False if the disk was still full when the end of strayd came. */
  async end(): Promise<boolean> {
    do if (!(await this.checkpoint())) return false;
    while (this.#pending.isDirty);
    this.#hasEnded = true;
    return true;
  }

  /** Goes on after `end`: no other runner came in its place. */
  goOn(): void {
    this.#hasEnded = false;
  }

  /** Inputs that wait for partitions to replay, beside the records themselves, which will be read again. */
  waiting(): PipelineInput[] {
    return this.#options.state.heldBack.filter(({ kind }) => kind !== 'records' && kind !== 'idle');
  }

  /** The end is near: a full disk is not waited for any more; what can't be written is read again after the next start. */
  hurry(): void {
    this.#stopping.abort();
  }

  /** Resolves when the broker has the newest marks, or after `patienceMs`. */
  committed(patienceMs: number): Promise<void> {
    return this.#commits.settle(patienceMs);
  }

  /** Writes everything up to now; waits as long as the disk is full. False if it was still full when the end came. */
  async checkpoint(): Promise<boolean> {
    while (this.#writing !== null) await this.#writing;
    if (this.#isAdrift) return false;
    this.#writing = this.#write();
    try {
      await this.#writing;
    } finally {
      this.#writing = null;
    }
    return !this.#isAdrift;
  }

  /** Writes something else between two checkpoints, with the same patience; `work` must be one that may be repeated. */
  async write(work: () => void): Promise<boolean> {
    while (this.#writing !== null) await this.#writing;
    const { report } = this.#options;
    const writing = applyPatiently(() => (work(), true), { report, signal: this.#stopping.signal });
    // Its failure is the caller's alone and ends no reading.
    this.#writing = writing.then(
      () => undefined,
      () => undefined,
    );
    try {
      return (await writing) ?? false;
    } finally {
      this.#writing = null;
    }
  }

  #present(source: string): PipelineInput {
    return { kind: 'present', source, timeMs: this.#options.nowMs() };
  }

  #isDue(): boolean {
    return (
      this.#pending.steps >= CHECKPOINT_STEPS ||
      this.#options.nowMs() - this.#lastCheckpointMs >= CHECKPOINT_MS
    );
  }

  async #write(): Promise<void> {
    const { state, store, outbox, applied, nowMs, report, onRecord = (all: Effects) => all } = this.#options;
    const effects = onRecord(this.#pending.takeAll());
    const checkpoint = takeCheckpoint(state, effects);
    const patience = { report, signal: this.#stopping.signal };
    const extras = { ...outbox(effects), lastRecords: this.#lastRecords.takeChanged() };
    const written = await applyPatiently(() => store.applyCheckpoint(checkpoint, extras), patience);
    if (written === null) {
      this.#isAdrift = true;
      return;
    }
    if (written.outboxDropped > 0) report(givenUp(written.outboxDropped));
    this.#lastCheckpointMs = nowMs();
    for (const model of releaseModels(state)) model.dispose();
    applied(checkpoint, this.#lag);
    this.#commits.add(checkpoint.marks, written.owner);
  }
}

function givenUp(count: number): TelemetryEvent {
  const message =
    `So many deliveries wait for a channel that ${count} of the oldest were given up; ` +
    '"strayd alerts resend" lists them and sends them again.';
  return { event: 'limit_reached', level: 'warn', message, fields: { limit: 'outbox', count } };
}

/** Key of a partition in the lag map. */
export function lagKey({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
