import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import { revealed } from '../config/revealed.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { Closers } from './closers.ts';
import { startDelivery } from './deliver.ts';
import { startDriftWatch } from './drift-watch.ts';
import type { Instruments } from './instruments.ts';
import { jitterMs } from './jitter.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import type { Shadow } from './reload/detector-plan.ts';
import { cronScheduler } from './scheduler.ts';
import type { SelfTester } from './self-tester.ts';
import { startSilenceWatch } from './silence-watch.ts';
import type { TrainingDesk } from './training-desk.ts';
import { startVitalSigns } from './vital-signs.ts';

/** Detectors with the same schedule start their trainings spread over so long. */
const MOST_JITTER_MS = 10 * 60_000;

/** Hourly, spread over the first half of the hour. */
const SELF_TEST_SCHEDULE = '0 * * * *';
const SELF_TEST_JITTER_MS = 30 * 60_000;

/** What the services of the main thread work with. */
export interface ServiceOptions {
  /** With the detectors that people are told of. */
  readonly config: Config;
  readonly shadows: readonly Shadow[];
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly instruments: Instruments;
  readonly desk: TrainingDesk;
  readonly tester: SelfTester;
}

/** What of the main thread follows the configuration: delivery, schedules and the watches. */
export interface Services {
  /** There are deliveries to be sent. */
  wakeDelivery(): void;
  /** Goes on by another configuration; channels that are as they were send on without a break. */
  reconfigure(next: ServiceOptions): Promise<void>;
  stop(): Promise<void>;
}

/** Starts them all. */
export function startServices(first: ServiceOptions): Services {
  let options = first;
  let delivery = startDelivery(first);
  let watches = startWatches(first);
  return {
    wakeDelivery: () => delivery.wake(),
    reconfigure: async (next) => {
      await watches.close();
      if (!isDeepStrictEqual(deliveredBy(options), deliveredBy(next))) {
        await delivery.stop();
        // Messages are taken in order: what was delivered is marked by now, and is not sent again.
        await next.thread.call({ kind: 'ping' });
        delivery = startDelivery(next);
      }
      options = next;
      watches = startWatches(next);
      delivery.wake();
    },
    stop: async () => {
      await watches.close();
      await delivery.stop();
    },
  };
}

/** What the channels are made from. */
function deliveredBy({ config: { channels, kafka, server, delivery } }: ServiceOptions): unknown {
  return revealed([channels, kafka, server.externalUrl, delivery]);
}

function startWatches(options: ServiceOptions): Closers {
  const { config, shadows, store, thread, instruments, desk, tester } = options;
  const { report } = instruments;
  const closers = new Closers();
  const scheduler = cronScheduler();
  closers.add(() => scheduler.stop());
  for (const { name, training } of [...config.detectors, ...shadows.map(({ spec }) => spec)]) {
    scheduler.every(training.schedule, training.timezone, `train ${name}`, () => {
      setTimeout(() => desk.request(name), jitterMs(name, MOST_JITTER_MS)).unref();
    });
  }
  for (const spec of config.detectors) {
    scheduler.every(SELF_TEST_SCHEDULE, 'UTC', `self-test ${spec.name}`, () => {
      setTimeout(() => tester.request(spec), jitterMs(`self-test ${spec.name}`, SELF_TEST_JITTER_MS)).unref();
    });
  }
  const watched = { detectors: config.detectors, store, report, nowMs: Date.now };
  closers.add(startDriftWatch({ ...watched, request: (name) => desk.request(name) }));
  closers.add(startSilenceWatch({ config, store, thread, report }));
  closers.add(startVitalSigns({ config, store, thread, instruments }));
  return closers;
}
