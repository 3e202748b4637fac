import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { pipelineConfig } from '../config/pipeline-config.ts';
import type { DeliveryService } from '../delivery/delivery-service.ts';
import { readConsoleFiles } from '../server/console-files.ts';
import { createServer } from '../server/server.ts';
import { openStore } from '../store/open-store.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import { StoreError } from '../store/store-error.ts';
import { settleFeatures } from './discovery/decide-features.ts';
import { assertStartable } from './assert-startable.ts';
import { createBackend } from './backend.ts';
import { buildInfo } from './build-info.ts';
import { Closers } from './closers.ts';
import { startDelivery } from './deliver.ts';
import { createInstruments, restoreInstruments, showPublished, type Instruments } from './instruments.ts';
import { DryRunner } from './dry-run/dry-runner.ts';
import { startDriftWatch } from './drift-watch.ts';
import { jitterMs } from './jitter.ts';
import { LookBackModels } from './look-back-models.ts';
import { listen } from './listen.ts';
import { createLiveBackend } from './live-backend.ts';
import type { LogStyle } from './log.ts';
import type { Published, TrainedModel } from './messages.ts';
import { PipelineNotStarted, PipelineThread } from './pipeline-thread.ts';
import { cronScheduler } from './scheduler.ts';
import { SelfTester } from './self-tester.ts';
import { SharingRefused } from './sharing-refusal.ts';
import { startSilenceWatch } from './silence-watch.ts';
import type { StreamChoice } from './stream-choice.ts';
import { TrainingDesk } from './training-desk.ts';
import type { Report, TelemetryEvent } from './telemetry.ts';
import { startVitalSigns } from './vital-signs.ts';

/** Detectors with the same schedule start their trainings spread over so long. */
const MOST_JITTER_MS = 10 * 60_000;
const CONSOLE = fileURLToPath(new URL('../server/console/', import.meta.url));

/** Hourly, spread over the first half of the hour. */
const SELF_TEST_SCHEDULE = '0 * * * *';
const SELF_TEST_JITTER_MS = 30 * 60_000;

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
  /** Drains, commits and closes everything in the reverse order of opening; never rejects, `ended` tells what went wrong. */
  stop(): Promise<void>;
}

/**
 * Starts the pipeline thread, the HTTP side, delivery and schedules. Rejects with `PipelineNotStarted` or `ListenError`
 * if the store or the address can't be had; then nothing is left open.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const closers = new Closers();
  try {
    return await open(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function open(options: DaemonOptions, closers: Closers): Promise<Daemon> {
  const { observer } = options;
  const build = buildInfo();
  // Before the group is joined: a start that must fail must not take partitions over from anybody.
  await assertStartable(options.config.server.listen, options.config.store.path);
  const told: TelemetryEvent[] = [];
  const config = await settled(options.config, (event) => void told.push(event));
  const instruments = createInstruments(config, options.log, build);
  const { report, vitals } = instruments;
  told.forEach(report);
  let settle: (error: Error | null) => void = () => undefined;
  const ended = new Promise<Error | null>((resolve) => {
    settle = resolve;
  });
  // Both are made after the thread; what it says before they are there needs neither.
  const late: { delivery?: DeliveryService; desk?: TrainingDesk; stop?: () => void } = {};
  let refusal: SharingRefused | null = null;

  let isDead = false;
  const thread = startThread({ ...options, config }, instruments, {
    wake: () => late.delivery?.wake(),
    train: (detector) => late.desk?.request(detector),
    refused: (why) => {
      refusal = new SharingRefused(why);
      report({ event: 'sharing_refused', level: 'error', message: why });
      late.stop?.();
    },
    died: (error) => {
      isDead = true;
      settle(error);
    },
  });
  await thread.started;
  // A thread that has died answers nothing, not even that it stops.
  closers.add(() => (isDead ? undefined : thread.stop()));
  vitals.storeOpened();

  const store = openStore(config.store.path, { mode: 'read' });
  closers.add(() => store.close());
  restoreInstruments(instruments, store, config);

  const desk = new TrainingDesk({
    config,
    store,
    thread,
    instruments,
    progress: (detector, fraction, detail) => observer?.trainingProgress?.(detector, fraction, detail),
    ended: (run, trained) => observer?.trainingEnded?.(run, trained),
  });
  late.desk = desk;
  closers.add(() => desk.stop());

  const tester = new SelfTester({
    storePath: config.store.path,
    store,
    exposition: instruments.exposition,
    report,
    nowMs: Date.now,
    isTraining: () => desk.running !== null,
  });
  closers.add(() => tester.stop());

  const dryRun = new DryRunner({ config, isTraining: () => desk.running !== null });
  closers.add(() => dryRun.stop());

  const lookBackModels = new LookBackModels();
  closers.add(() => lookBackModels.dispose());
  const backend = createBackend({
    config,
    version: build.version,
    store,
    thread,
    desk,
    tester,
    instruments,
    lookBackModels,
    wakeDelivery: () => late.delivery?.wake(),
  });
  closers.add(() => instruments.scores.stop());
  const server = createServer({
    backend,
    token: config.server.token?.reveal() ?? null,
    live: createLiveBackend({ config, store, instruments }),
    dryRun,
    console: readConsoleFiles(CONSOLE),
  });
  closers.add(() => server.close());
  const url = await listen(server, config.server.listen);

  const delivery = startDelivery({ config, store, thread, instruments });
  late.delivery = delivery;
  closers.add(() => delivery.stop());

  const scheduler = cronScheduler();
  closers.add(() => scheduler.stop());
  for (const spec of config.detectors) {
    const { name, training } = spec;
    scheduler.every(training.schedule, training.timezone, `train ${name}`, () => {
      setTimeout(() => desk.request(name), jitterMs(name, MOST_JITTER_MS)).unref();
    });
    scheduler.every(SELF_TEST_SCHEDULE, 'UTC', `self-test ${name}`, () => {
      setTimeout(() => tester.request(spec), jitterMs(`self-test ${name}`, SELF_TEST_JITTER_MS)).unref();
    });
  }
  const watched = { detectors: config.detectors, store, report, nowMs: Date.now };
  closers.add(startDriftWatch({ ...watched, request: (name) => desk.request(name) }));
  closers.add(startSilenceWatch({ config, store, thread, report }));
  closers.add(startVitalSigns({ config, store, thread, instruments }));
  report({
    event: 'started',
    level: 'info',
    message: `strayd ${build.version} runs; the console is at ${url}, the metrics at ${url}/metrics`,
    fields: { url },
  });

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    try {
      await closers.close();
      report({ event: 'stopped', level: 'info', message: 'Everything is drained, committed and closed.' });
      settle(refusal);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      report({ event: 'failed', level: 'error', message: `Stopping: ${error.stack ?? error.message}` });
      settle(error);
    }
  };
  late.stop = () => void (stopping ??= stop());
  if (refusal !== null) late.stop();
  return {
    url,
    ended,
    train: (detector) => void desk.request(detector),
    resume: async () => void (await thread.call({ kind: 'resume' })),
    stop: () => (stopping ??= stop()),
  };
}

/** With chosen features in the place of `auto`; a store that can't be had is told as the thread would. */
async function settled(config: Config, report: Report): Promise<Config> {
  try {
    return await settleFeatures(config, report);
  } catch (error) {
    if (error instanceof StoreError) throw new PipelineNotStarted(error);
    throw error;
  }
}

interface ThreadEvents {
  readonly wake: () => void;
  readonly train: (detector: string) => void;
  readonly refused: (why: string) => void;
  readonly died: (error: Error) => void;
}

function startThread(options: DaemonOptions, instruments: Instruments, events: ThreadEvents): PipelineThread {
  const { config, stream, trainWhenDue, observer } = options;
  const data = {
    config: pipelineConfig(config),
    stream,
    channels: config.channels.map(({ name, type, template }) => ({ name, type, template })),
    externalUrl: config.server.externalUrl,
    timezone: config.delivery.timezone,
  };
  return new PipelineThread(data, {
    published: ({ published }) => {
      showPublished(instruments, published);
      if (published.transitions.length > 0 || published.notifications.length > 0) events.wake();
      observer?.published?.(published);
    },
    event: ({ event }) => instruments.report(event),
    trainingDue: ({ detector }) => {
      if (trainWhenDue) events.train(detector);
    },
    refused: ({ why }) => events.refused(why),
    streamEnded: ({ part }) => observer?.streamEnded?.(part),
    died: (error) => {
      instruments.report({ event: 'failed', level: 'error', message: error.stack ?? error.message });
      events.died(error);
    },
  });
}
