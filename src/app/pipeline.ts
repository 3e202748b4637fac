import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { ChannelConfig } from '../config/config.ts';
import { sampleFormat } from '../ingest/formats/format-registry.ts';
import { SimulatedFleetStream } from '../ingest/replay/simulated-fleet-stream.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import type { ModelActivation } from '../pipeline/effects.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { thresholdSummary } from '../pipeline/threshold-summary.ts';
import { openStore } from '../store/open-store.ts';
import type { Beginning } from './history/beginnings.ts';
import { bootstrap } from './history/bootstrap.ts';
import { startBeginning } from './history/start-beginning.ts';
import { compileTemplate } from './compile-template.ts';
import { DeadLetterTopic } from './dead-letter-topic.ts';
import { decodeLimits } from './decode-limits.ts';
import { letterSink } from './letter-sink.ts';
import type { FromPipeline } from './messages.ts';
import type { RunningPipeline } from './pipeline-calls.ts';
import { OutboxDesk } from './outbox-desk.ts';
import { lagKey, PipelineRunner } from './pipeline-runner.ts';
import { configuredWindows } from './configured-windows.ts';
import { excludeLabelled } from './exclude-labelled.ts';
import { publishedOf } from './publish.ts';
import { retireDeliveries } from './retire-deliveries.ts';
import { restoreState } from './restore-state.ts';
import { makeStream, type StreamChoice } from './stream-choice.ts';
import type { Report } from './telemetry.ts';
import { templateNotices } from './template-notices.ts';
import { Turns } from './turns.ts';
import { WarmUp } from './warm-up.ts';

/** What the pipeline thread is started with; goes through a structured clone. */
export interface PipelineWorkerData {
  readonly config: PipelineConfig;
  readonly stream: StreamChoice;
  /** The edge ones among them get outbox rows. */
  readonly channels: readonly Pick<ChannelConfig, 'name' | 'type' | 'template'>[];
  readonly externalUrl: string | null;
  readonly timezone: string;
}

export interface PipelineSurroundings {
  readonly send: (message: FromPipeline) => void;
  readonly loopDelaySeconds: () => number;
}

const TICK_MS = 200;
const STORE_BYTES_MS = 10_000;
const THRESHOLDS_MS = 10_000;
/** The reading has caught up when all assigned partitions together have no more than this left. */
const CAUGHT_UP_RECORDS = 100;

/** Opens the store, restores the state, begins to read; `answerCall` then serves it. Throws a StoreError if the store can't be had. */
export async function startPipeline(
  data: PipelineWorkerData,
  around: PipelineSurroundings,
): Promise<RunningPipeline> {
  const { config } = data;
  const report: Report = (event) => around.send({ type: 'event', event });
  const store = openStore(config.storePath, { mode: 'write', pid: process.pid, random: Math.random });
  retireDeliveries(store, data.channels, report);
  const warmUp = new WarmUp(config.detectors);
  const { state, orphans } = await restoreState(config, store, report);
  for (const { spec, models } of state.detectors) if (models.length === 0) warmUp.restore(store, spec);

  const former = { storeId: store.storeId, partitions: state.partitions.map(({ id }) => id) };
  const stream = makeStream(data.stream, {
    config,
    report,
    failed: crash,
    former,
    refused: (why) => around.send({ type: 'refused', why }),
  });
  const bytes = cachedFor(STORE_BYTES_MS, () => store.storeBytes());
  const thresholds = cachedFor(
    THRESHOLDS_MS,
    () => new Map(state.detectors.map((detector) => [detector.spec.name, thresholdSummary(detector)])),
    // One that is not known yet is looked for at once: a stream that ends would leave it unknown for good.
    (known) => [...known.values()].every((summary) => summary !== null),
  );
  const { deadLetterTopic } = config;
  const letters: DeadLetterTopic | null =
    deadLetterTopic === null
      ? null
      : new DeadLetterTopic({
          topic: deadLetterTopic,
          sink: letterSink(config.kafka, deadLetterTopic),
          store,
          write: (work) => runner.write(work),
          report,
          nowMs: Date.now,
        });
  let beginnings: ReadonlyMap<string, Beginning> = new Map();
  const desk = new OutboxDesk({
    maxPerHour: config.maxNotificationsPerHour,
    store,
    report,
    routes: data.channels.map((channel) => ({ ...channel, template: compileTemplate(channel.template) })),
    facts: { detectors: config.detectors, externalUrl: data.externalUrl, timezone: data.timezone },
    templateFailed: templateNotices(report),
  });
  const runner = new PipelineRunner({
    state,
    store,
    stream,
    formats: new Map(config.sources.map((source) => [source.name, sampleFormat(source)])),
    decodeLimits: decodeLimits(config.limits),
    nowMs: Date.now,
    report,
    beginnings: () => beginnings,
    outbox: (effects) => desk.rowsFor(effects),
    isOutboxDue: () => desk.isDue(),
    applied: (checkpoint, lag) => {
      // Labelled while it was open: now all its scores are known.
      for (const { alert, to } of checkpoint.effects.transitions) {
        if (to === 'resolved') excludeLabelled(alert.id, { store, detectors: config.detectors, runner });
      }
      for (const activation of checkpoint.effects.activations) tellRollback(activation, report);
      note(checkpoint, { state, warmUp, lag, send: around.send });
      const context = {
        state,
        warmUp,
        lag,
        sequence: store.sequence,
        storeBytes: bytes(),
        waitingBytes: stream.waitingBytes?.() ?? 0,
        thresholds: thresholds(),
        heldBack: desk.takeHeld(),
        loopDelaySeconds: around.loopDelaySeconds(),
      };
      around.send({ type: 'published', published: publishedOf(checkpoint, context) });
      if (checkpoint.effects.deadLetters.length > 0) letters?.wake();
    },
  });
  if (orphans !== null) runner.adopt(orphans);
  for (const change of configuredWindows(config.maintenance, store.quietWindows(), Date.now())) {
    runner.take({ kind: 'window', ...change });
  }
  if (stream instanceof SimulatedFleetStream) announceEnds(stream, runner, around.send);
  const timer = setInterval(() => void runner.tick().catch(crash), TICK_MS);
  letters?.start(crash);
  const running = { config, store, stream, runner, report, timer, letters, turns: new Turns() };
  const begin = async (signal: AbortSignal): Promise<void> => {
    const write = (work: () => void): Promise<boolean> => runner.write(work);
    beginnings = await bootstrap({ config, store, write, report, nowMs: Date.now, signal });
    if (signal.aborted) return;
    for (const { spec, models } of state.detectors) {
      if (models.length === 0 && spec.training.bootstrap !== undefined) warmUp.restore(store, spec);
    }
    stream.start(runner).catch(crash);
  };
  return { ...running, beginning: startBeginning(begin, crash) };
}

function tellRollback({ detector, version, rollback }: ModelActivation, report: Report): void {
  if (rollback === undefined) return;
  const message = `Model ${rollback.from} of detector ${detector} is taken back, ${version} scores again: ${rollback.reason}`;
  const fields = { detector, version, from: rollback.from };
  report({ event: 'model_rolled_back', level: 'warn', message, fields });
}

interface Noting {
  readonly state: PipelineState;
  readonly warmUp: WarmUp;
  readonly lag: ReadonlyMap<string, number>;
  readonly send: (message: FromPipeline) => void;
}

/** Counts the history of detectors without a model and asks for their first training, once the reading has caught up. */
function note(checkpoint: Checkpoint, { state, warmUp, lag, send }: Noting): void {
  if (state.detectors.every(({ models }) => models.length > 0)) return;
  warmUp.add(checkpoint.effects.steps);
  for (const { detector, entity } of checkpoint.forgotten) warmUp.forget(detector, entity);
  if (recordsLeft(state, lag) > CAUGHT_UP_RECORDS) return;
  for (const { spec, models } of state.detectors) {
    if (models.length === 0 && warmUp.isDue(spec.name)) send({ type: 'training_due', detector: spec.name });
  }
}

/** A partition that was not heard of yet may have any number of records; an idle one has none. */
function recordsLeft(state: PipelineState, lag: ReadonlyMap<string, number>): number {
  return state.partitions
    .filter(({ assigned, idle }) => assigned && !idle)
    .reduce((sum, { id }) => sum + (lag.get(lagKey(id)) ?? Infinity), 0);
}

function announceEnds(
  stream: SimulatedFleetStream,
  runner: PipelineRunner,
  send: (message: FromPipeline) => void,
): void {
  const announce = async (served: Promise<void>, part: 'history' | 'live'): Promise<void> => {
    await served;
    await runner.checkpoint();
    send({ type: 'stream_ended', part });
  };
  announce(stream.historyServed, 'history').catch(crash);
  announce(stream.finished, 'live').catch(crash);
}

function cachedFor<T>(ms: number, read: () => T, isWhole: (value: T) => boolean = () => true): () => T {
  let value: T | null = null;
  let readAtMs = -Infinity;
  return () => {
    if (value === null || !isWhole(value) || Date.now() - readAtMs >= ms) {
      value = read();
      readAtMs = Date.now();
    }
    return value;
  };
}

/** Out of any promise, so that the thread dies of it and the daemon with the thread. */
function crash(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
