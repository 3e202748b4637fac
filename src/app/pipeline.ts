import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { ChannelConfig } from '../config/config.ts';
import { outboxRows } from '../delivery/outbox-rows.ts';
import { explainAlert } from '../pipeline/alerts/explain.ts';
import type { NewOutboxRow } from '../delivery/outbox.ts';
import { sampleFormat } from '../ingest/formats/format-registry.ts';
import type { DecodeLimits } from '../ingest/formats/sample-format.ts';
import { SimulatedFleetStream } from '../ingest/replay/simulated-fleet-stream.ts';
import type { RecordStream } from '../ingest/record-stream.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import { createState } from '../pipeline/create-state.ts';
import type { Effects } from '../pipeline/effects.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { historyRows } from '../pipeline/row-history.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { cronTimes } from './cron.ts';
import type { FromPipeline, PipelineCall, TrainedModel } from './messages.ts';
import { readActiveModels, readModel, recordModel } from './model-shelf.ts';
import { PipelineRunner } from './pipeline-runner.ts';
import { publishedOf } from './publish.ts';
import { makeStream, type StreamChoice } from './stream-choice.ts';
import type { Report } from './telemetry.ts';
import { WarmUp } from './warm-up.ts';

/** What the pipeline thread is started with; goes through a structured clone. */
export interface PipelineWorkerData {
  readonly config: PipelineConfig;
  readonly stream: StreamChoice;
  /** The edge ones among them get outbox rows. */
  readonly channels: readonly Pick<ChannelConfig, 'name' | 'type'>[];
  readonly externalUrl: string | null;
}

export interface PipelineSurroundings {
  readonly send: (message: FromPipeline) => void;
  readonly loopDelaySeconds: () => number;
}

/** A running pipeline: answers the main thread's calls until `stop`. */
export interface Pipeline {
  answer(call: PipelineCall): Promise<unknown>;
}

const DECODE_LIMITS: DecodeLimits = {
  maxRecordBytes: 1024 * 1024,
  maxLabels: 64,
  maxLabelLength: 1024,
  maxSamplesPerRecord: 10_000,
};
const TICK_MS = 200;
const STORE_BYTES_MS = 10_000;
/** A partition counts as caught up when what is left is less than this. */
const CAUGHT_UP_RECORDS = 1000;

/** Opens the store, restores the state, begins to read. Throws a StoreError if the store can't be had. */
export async function startPipeline(
  data: PipelineWorkerData,
  around: PipelineSurroundings,
): Promise<Pipeline> {
  const { config } = data;
  const report: Report = (event) => around.send({ type: 'event', event });
  const store = openStore(config.storePath, { mode: 'write', pid: process.pid, random: Math.random });
  const warmUp = new WarmUp(config.detectors);
  const state = await restoreState(config, store, report);
  for (const { spec, models } of state.detectors) if (models.length === 0) warmUp.restore(store, spec);

  const stream = makeStream(data.stream, { config, report, failed: crash });
  const bytes = cachedFor(STORE_BYTES_MS, () => store.storeBytes());
  const runner = new PipelineRunner({
    state,
    store,
    stream,
    formats: new Map(config.sources.map(({ name, format }) => [name, sampleFormat(format)])),
    decodeLimits: DECODE_LIMITS,
    nowMs: Date.now,
    report,
    outboxRows: (effects) => rowsFor(effects, data),
    applied: (checkpoint, lag) => {
      note(checkpoint, { state, warmUp, lag, send: around.send });
      const context = {
        state,
        warmUp,
        lag,
        sequence: store.sequence,
        storeBytes: bytes(),
        loopDelaySeconds: around.loopDelaySeconds(),
      };
      around.send({ type: 'published', published: publishedOf(checkpoint, context) });
    },
  });
  if (stream instanceof SimulatedFleetStream) announceEnds(stream, runner, around.send);
  const started = stream.start(runner);
  started.catch(crash);
  const timer = setInterval(() => void runner.tick().catch(crash), TICK_MS);

  return {
    answer: (call) => answer(call, { config, store, state, stream, runner, report, timer }),
  };
}

interface Running {
  readonly config: PipelineConfig;
  readonly store: StoreWriter;
  readonly state: PipelineState;
  readonly stream: RecordStream;
  readonly runner: PipelineRunner;
  readonly report: Report;
  readonly timer: NodeJS.Timeout;
}

async function answer(call: PipelineCall, running: Running): Promise<unknown> {
  const { store, stream, runner } = running;
  switch (call.kind) {
    case 'ping':
      return null;
    case 'model':
      return useModel(call.trained, running);
    case 'training_run':
      store.insertTrainingRun(call.run);
      return null;
    case 'label':
      return store.labelAlert(call.id, call.label);
    case 'outbox_marks':
      store.markOutbox(call.marks);
      return null;
    case 'resume':
      if (stream instanceof SimulatedFleetStream) stream.resume();
      return null;
    case 'stop':
      clearInterval(running.timer);
      runner.hurry();
      await stream.stop();
      await runner.checkpoint();
      await stream.close?.();
      store.close();
      return null;
  }
}

async function useModel(trained: TrainedModel, { config, store, runner, report }: Running): Promise<null> {
  recordModel(store, trained, Date.now());
  const spec = config.detectors.find(({ name }) => name === trained.detector);
  if (spec === undefined) throw new Error(`no detector ${trained.detector}`);
  if (!trained.promoted) return null;
  const loaded = await readModel(trained.path, spec);
  runner.take({ kind: 'model', ...loaded, effectiveStep: null });
  await runner.checkpoint();
  const message = `Detector ${spec.name} scores with model ${trained.version} from now on.`;
  report({
    event: 'model_activated',
    level: 'info',
    message,
    fields: { detector: spec.name, version: trained.version },
  });
  return null;
}

async function restoreState(
  config: PipelineConfig,
  store: StoreWriter,
  report: Report,
): Promise<PipelineState> {
  const { detectors } = config;
  const rowsNeeded = Math.max(...detectors.map(historyRows));
  const restored = store.readRestoredState(detectors, rowsNeeded);
  const models = await readActiveModels(store, detectors, (message) =>
    report({ event: 'failed', level: 'error', message }),
  );
  const refits = new Map(
    detectors.map((spec) => [spec.name, cronTimes(spec.calibration.schedule, spec.training.timezone)]),
  );
  return createState({
    detectors,
    restored,
    models,
    nextRefitMs: ({ name }, afterMs) => refits.get(name)?.(afterMs) ?? Infinity,
    maxAlertAgeMs: config.maxAlertAgeMs,
  });
}

function rowsFor(effects: Effects, { config, channels, externalUrl }: PipelineWorkerData): NewOutboxRow[] {
  const stepMs = new Map(config.detectors.map((spec) => [spec.name, spec.stepMs]));
  return effects.notifications.flatMap((notification) => {
    const ownStepMs = stepMs.get(notification.alert.detector) ?? 0;
    const text = explainAlert(notification.alert, ownStepMs);
    return outboxRows(notification, channels, { stepMs: ownStepMs, text, externalUrl, nowMs: Date.now() });
  });
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
  if ([...lag.values()].some((records) => records >= CAUGHT_UP_RECORDS)) return;
  for (const { spec, models } of state.detectors) {
    if (models.length === 0 && warmUp.isDue(spec.name)) send({ type: 'training_due', detector: spec.name });
  }
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

function cachedFor(ms: number, read: () => number): () => number {
  let value = 0;
  let readAtMs = -Infinity;
  return () => {
    if (Date.now() - readAtMs >= ms) {
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
