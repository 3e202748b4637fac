import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { pipelineConfig } from '../config/pipeline-config.ts';
import type { DeliveryService } from '../delivery/delivery-service.ts';
import { createMetrics } from '../server/metrics.ts';
import { createServer } from '../server/server.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import { createBackend } from './backend.ts';
import { buildInfo } from './build-info.ts';
import { CurrentAlerts } from './current-alerts.ts';
import { startDelivery } from './deliver.ts';
import { Exposition } from './exposition.ts';
import { listen } from './listen.ts';
import { startLog, type LogStyle } from './log.ts';
import type { Published, TrainedModel } from './messages.ts';
import { PipelineThread } from './pipeline-thread.ts';
import type { PipelineWorkerData } from './pipeline.ts';
import { cronScheduler } from './scheduler.ts';
import type { StreamChoice } from './stream-choice.ts';
import type { TelemetryEvent } from './telemetry.ts';
import { Trainer } from './trainer.ts';
import { Vitals } from './vitals.ts';

/** For who watches a daemon from within its process: the demo. */
export interface DaemonObserver {
  readonly published?: (published: Published) => void;
  readonly trainingProgress?: (detector: string, fraction: number, detail: string) => void;
  readonly trainingEnded?: (run: TrainingRun, trained: TrainedModel | null) => void;
  readonly streamEnded?: (part: 'history' | 'live') => void;
}

export interface DaemonOptions {
  readonly config: Config;
  readonly stream: StreamChoice;
  readonly log: LogStyle;
  /** False: only `train` starts a training. */
  readonly trainWhenDue: boolean;
  readonly observer?: DaemonObserver;
}

/** A running strayd. */
export interface Daemon {
  /** Where its HTTP side listens. */
  readonly url: string;
  /** Resolves when it has stopped: `null` after `stop`, else what it died of. */
  readonly ended: Promise<Error | null>;
  train(detector: string): void;
  /** Lets the simulated fleet go on after its history. */
  resume(): Promise<void>;
  /** Drains, commits and closes everything in the reverse order of opening. */
  stop(): Promise<void>;
}

const PING_MS = 5000;
const OUTBOX_COUNT_MS = 5000;

/** Starts the pipeline thread, delivery, schedules and the HTTP side. Rejects if the store or the address can't be had. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config } = options;
  const build = buildInfo();
  const metrics = createMetrics(build);
  const vitals = new Vitals(Date.now);
  const exposition = new Exposition(metrics, Date.now);
  const current = new CurrentAlerts(new Map(config.detectors.map(({ name, stepMs }) => [name, stepMs])), Date.now);
  const log = startLog(options.log, metrics);
  const report = (event: TelemetryEvent): void => {
    log(event);
    vitals.noted(event);
  };
  const { promise: ended, settle } = settleable<Error | null>();
  let delivery: DeliveryService | null = null;

  const workerData: PipelineWorkerData = {
    config: pipelineConfig(config),
    stream: options.stream,
    channels: config.channels.map(({ name, type }) => ({ name, type })),
    externalUrl: config.server.externalUrl,
  };
  const thread = new PipelineThread(workerData, {
    published: ({ published }) => {
      vitals.published(published);
      current.apply(published.transitions);
      exposition.apply(published);
      for (const { alert, to } of published.transitions) {
        if (to === 'firing' || to === 'resolved') report(alertEvent(alert.id, alert.detector, alert.entity, to));
      }
      if (published.transitions.length > 0 || published.notifications.length > 0) delivery?.wake();
      options.observer?.published?.(published);
    },
    event: ({ event }) => report(event),
    trainingDue: ({ detector }) => {
      if (options.trainWhenDue) train(detector);
    },
    streamEnded: ({ part }) => options.observer?.streamEnded?.(part),
    died: (error) => {
      report({ event: 'failed', level: 'error', message: error.stack ?? error.message });
      settle(error);
    },
  });
  await thread.started;
  vitals.storeOpened();

  const store = openStore(config.store.path, { mode: 'read' });
  const firing = store.listAlerts({ state: 'firing' }).map(({ alert }) => alert);
  exposition.restore(firing);
  current.restore(firing);
  for (const { name } of config.detectors) {
    const active = store.listModels(name).find(({ status }) => status === 'active');
    if (active !== undefined) exposition.model(name, active.version, active.card, active.createdMs);
  }
  const trainer = new Trainer({
    storePath: config.store.path,
    nowMs: Date.now,
    progress: (detector, fraction, detail) => options.observer?.trainingProgress?.(detector, fraction, detail),
    started: (detector) => report({ event: 'training_started', level: 'info', message: `Training of detector ${detector} starts.` }),
    ended: (run, trained) => void recordTraining(run, trained),
  });

  async function recordTraining(run: TrainingRun, trained: TrainedModel | null): Promise<void> {
    metrics.trainingRunsTotal.inc({ detector: run.detector, outcome: run.outcome });
    metrics.trainingDuration.observe((run.endedMs - run.startedMs) / 1000);
    try {
      await thread.call({ kind: 'training_run', run });
      if (trained !== null) await thread.call({ kind: 'model', trained });
      if (trained?.promoted === true) {
        exposition.model(trained.detector, trained.version, JSON.stringify(trained.card), run.endedMs);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      report({ event: 'failed', level: 'error', message: `Putting a trained model of ${run.detector} to use: ${error.message}` });
    }
    const level = run.outcome === 'failed' ? 'error' : 'info';
    const message = `Training of detector ${run.detector} ended, ${run.outcome}: ${run.detail}`;
    report({ event: 'training_ended', level, message, fields: { ...run } });
    options.observer?.trainingEnded?.(run, trained);
  }

  function train(detector: string): void {
    const spec = config.detectors.find(({ name }) => name === detector);
    if (spec !== undefined) trainer.request(spec);
  }

  const backend = createBackend({ config, version: build.version, store, thread, trainer, exposition, vitals });
  const server = createServer({ backend, token: config.server.token?.reveal() ?? null });
  let url: string;
  try {
    url = await listen(server, config.server.listen);
  } catch (error) {
    await thread.stop();
    store.close();
    throw error;
  }
  delivery = startDelivery({ config, store, current, thread, metrics, report });
  const scheduler = cronScheduler();
  for (const { name, training } of config.detectors) {
    scheduler.every(training.schedule, training.timezone, `train ${name}`, () => train(name));
  }
  const timers = [
    setInterval(() => void thread.call({ kind: 'ping' }).then(() => vitals.answered(), () => undefined), PING_MS),
    setInterval(() => countOutbox(store, config), OUTBOX_COUNT_MS),
  ];

  function countOutbox(reader: StoreReader, { channels }: Config): void {
    const counts = new Map(reader.outboxPending().map(({ channel, count }) => [channel, count]));
    for (const { name, type } of channels) {
      if (type === 'webhook') metrics.outboxPending.set({ channel: name }, counts.get(name) ?? 0);
    }
  }

  report({ event: 'started', level: 'info', message: `strayd ${build.version} runs; ${url}/metrics`, fields: { url } });

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    scheduler.stop();
    await delivery?.stop();
    await closeServer(server);
    await trainer.stop();
    store.close();
    await thread.stop();
    report({ event: 'stopped', level: 'info', message: 'Everything is drained, committed and closed.' });
    settle(null);
  };

  return {
    url,
    ended,
    train,
    resume: async () => void (await thread.call({ kind: 'resume' })),
    stop: () => (stopping ??= stop()),
  };
}

function alertEvent(id: string, detector: string, entity: string, to: 'firing' | 'resolved'): TelemetryEvent {
  const message = `Alert ${id} of ${entity} (${detector}) is ${to}.`;
  return { event: 'alert', level: to === 'firing' ? 'warn' : 'info', message, fields: { id, detector, entity } };
}

async function closeServer(server: FastifyInstance): Promise<void> {
  await server.close();
}

function settleable<T>(): { promise: Promise<T>; settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
