import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import type { Backend } from '../server/backend.ts';
import { readConsoleFiles } from '../server/console-files.ts';
import type { ReloadAnswer } from '../server/views/reload-view.ts';
import { createServer } from '../server/server.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import { settleFeatures } from './discovery/decide-features.ts';
import { assertStartable } from './assert-startable.ts';
import { createBackend } from './backend.ts';
import { buildInfo } from './build-info.ts';
import { Closers } from './closers.ts';
import { createInstruments, restoreInstruments } from './instruments.ts';
import { DryRunner } from './dry-run/dry-runner.ts';
import { LookBackModels } from './look-back-models.ts';
import { listen } from './listen.ts';
import { createLiveBackend } from './live-backend.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { PipelineNotStarted } from './pipeline-thread.ts';
import { allOf, FollowedPlan, withServing, type Planned } from './reload/followed-plan.ts';
import { Reloader } from './reload/reloader.ts';
import { SelfTester } from './self-tester.ts';
import { startServices, type Services } from './services.ts';
import { SharingRefused } from './sharing-refusal.ts';
import { pipelineData, startPipeline } from './start-pipeline.ts';
import { swapSlot } from './swap-slot.ts';
import { TrainingDesk } from './training-desk.ts';
import type { Report, TelemetryEvent } from './telemetry.ts';

const CONSOLE = fileURLToPath(new URL('../server/console/', import.meta.url));

/** A running strayd. */
export interface Daemon {
  /** Where its HTTP side listens. */
  readonly url: string;
  /** Resolves when it has stopped: `null` after `stop`, else what it died of. */
  readonly ended: Promise<Error | null>;
  train(detector: string): void;
  /** Loads the configuration file anew, and answers whether all goes by it now. */
  reload(): Promise<ReloadAnswer>;
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
  // These are made after the thread; what it says before they are there needs none of them.
  const late: {
    services?: Services;
    desk?: TrainingDesk;
    stop?: () => void;
    follow?: (plan: Planned) => void;
  } = {};
  let refusal: SharingRefused | null = null;
  let plan: Planned = { type: 'planned', generation: 0, serving: config.detectors, shadows: [] };

  let isDead = false;
  const thread = startPipeline({ ...options, config }, instruments, {
    wake: () => late.services?.wakeDelivery(),
    train: (detector) => late.desk?.request(detector),
    planned: (newest) => {
      plan = newest;
      late.follow?.(newest);
    },
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
  const firstPlan = plan;
  const first = withServing(config, firstPlan);
  await instruments.reconfigure(first, []);
  restoreInstruments(instruments, store, first);

  const desk = new TrainingDesk({
    config: { ...config, detectors: allOf(plan) },
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

  const reloader = new Reloader({
    config,
    reread: options.reread ?? null,
    settle: (wanted, keep) => settleFeatures(wanted, report, keep),
    goOn: async ({ config: wanted, generation, notes }) => {
      await thread.call({
        kind: 'reload',
        data: pipelineData({ ...options, config: wanted }, generation),
        notes,
      });
      await followed.settled();
    },
    report,
    metrics: instruments.metrics,
    nowMs: Date.now,
  });
  const dryRunOf = (running: Config): DryRunner =>
    new DryRunner({
      config: running,
      isTraining: () => desk.running !== null,
      report,
      metrics: instruments.metrics,
      nowMs: Date.now,
    });
  let dryRunner = dryRunOf(first);
  const dryRun = swapSlot(dryRunner);
  closers.add(() => dryRunner.stop());

  const lookBackModels = new LookBackModels();
  closers.add(() => lookBackModels.dispose());
  const parts = { store, thread, desk, tester, instruments };
  const backendOf = (running: Config, { shadows }: Planned): Backend =>
    createBackend({
      ...parts,
      config: running,
      shadows,
      lastReload: () => reloader.last,
      version: build.version,
      lookBackModels,
      wakeDelivery: () => late.services?.wakeDelivery(),
    });
  const backend = swapSlot(backendOf(first, plan));
  const live = swapSlot(createLiveBackend({ config: first, store, instruments }));
  closers.add(() => instruments.scores.stop());
  const server = createServer({
    backend: backend.facade,
    token: () => followed.config.server.token?.reveal() ?? null,
    externalUrl: () => followed.config.server.externalUrl,
    reload: () => reloader.reload(),
    live: live.facade,
    dryRun: dryRun.facade,
    console: readConsoleFiles(CONSOLE),
  });
  closers.add(() => server.close());
  const url = await listen(server, config.server.listen);

  const services = startServices({ ...parts, config: first, shadows: plan.shadows });
  late.services = services;
  closers.add(() => services.stop());
  const followed = new FollowedPlan({
    first: firstPlan,
    config: first,
    configOf: (generation) => reloader.configOf(generation),
    instruments,
    desk,
    services: (config, shadows) => services.reconfigure({ ...parts, config, shadows }),
    answer: (config, newest) => {
      backend.set(backendOf(config, newest));
      live.set(createLiveBackend({ config, store, instruments }));
      void dryRunner.stop();
      dryRunner = dryRunOf(config);
      dryRun.set(dryRunner);
    },
    failed: (error) => {
      report({ event: 'failed', level: 'error', message: error.stack ?? error.message });
      settle(error);
    },
  });
  late.follow = (newest) => followed.follow(newest);
  if (plan !== firstPlan) followed.follow(plan);
  closers.add(async () => {
    // A reload may wait for room on the disk, and is let go by the end of the thread.
    delete late.follow;
    await followed.settled();
  });
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
    reload: () => reloader.reload(),
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
