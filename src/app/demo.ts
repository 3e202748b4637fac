import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { fleetDetector } from '../ingest/replay/fleet-detector.ts';
import { DEFAULT_FLEET, simulateFleet, type SimulatedFleet } from '../ingest/replay/simulated-fleet.ts';
import { explainAlert, type AlertText } from '../pipeline/alerts/explain.ts';
import type { AlertTransition } from '../pipeline/effects.ts';
import type { TrainingCard } from '../training/training-card.ts';
import { startDaemon } from './daemon.ts';
import { DemoInterrupted } from './demo-error.ts';
import { kafkaFeed, servedFeed } from './demo-feed.ts';
import { freePort } from './demo-port.ts';
import { DemoProgress } from './demo-progress.ts';

/** Its 1 440 live steps are a minute then. */
const WATCHED_PAUSE_MS = 40;

export interface DemoOptions {
  readonly seed: number;
  readonly incidents: boolean;
  /** False: the guards alone, to see what the model adds. */
  readonly model: boolean;
  /** Brokers to send the fleet through; `null` = no Kafka. */
  readonly brokers: readonly string[] | null;
  /** 0 = any free one. */
  readonly port: number;
  /** To be watched: the live day takes a minute, and once it is over the HTTP side stays until the signal, which is a good end then. */
  readonly stay: boolean;
}

export interface DemoStart {
  readonly fleet: SimulatedFleet;
  /** Where its HTTP side listens. */
  readonly url: string;
  /** The port that was asked for and could not be had. */
  readonly takenPort: number | null;
  /** The Kafka topic that it goes through, `null` without Kafka. */
  readonly topic: string | null;
}

/** What the terminal shows while it runs. */
export interface DemoView {
  begun(start: DemoStart): void;
  /** How far the reading is in event time. */
  history(fleet: SimulatedFleet, watermarkMs: number): void;
  training(fraction: number, detail: string): void;
  trained(card: TrainingCard): void;
  /** `text` is the alert in words. */
  transition(transition: AlertTransition, text: AlertText): void;
  /** Something that does not spoil the demo, but that people should know. */
  warned(message: string): void;
  /** All is played; `stay`: it can still be looked at. */
  staying(result: DemoResult): void;
}

export interface DemoResult {
  readonly fleet: SimulatedFleet;
  readonly spec: DetectorSpec;
  /** All of the run, in order. */
  readonly transitions: readonly AlertTransition[];
}

/**
 * Runs the daemon on a simulated fleet in accelerated time, in a store of its own that is removed afterwards. Rejects with
 * {@link DemoInterrupted}, after the same tidying, when `signal` aborts.
 */
export async function runDemo(
  options: DemoOptions,
  view: DemoView,
  signal?: AbortSignal,
): Promise<DemoResult> {
  const directory = mkdtempSync(join(tmpdir(), 'strayd-demo-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  // Also if the process is ended from elsewhere, as by a closed pipe.
  process.once('exit', remove);
  const opened: (() => Promise<void>)[] = [];
  try {
    const run = playDemo({ options, view, storePath: directory, opened });
    const result = await (signal === undefined ? run : Promise.race([run, interruption(signal)]));
    if (options.stay && signal !== undefined) {
      view.staying(result);
      await interruption(signal).catch(() => undefined);
    }
    return result;
  } finally {
    for (const close of opened.reverse()) await close();
    remove();
    process.off('exit', remove);
  }
}

function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const interrupt = (): void => reject(new DemoInterrupted('The demo was ended before it was through.'));
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  });
}

interface DemoRun {
  readonly options: DemoOptions;
  readonly view: DemoView;
  readonly storePath: string;
  /** Takes what has to be closed, in the order of opening. */
  readonly opened: (() => Promise<void>)[];
}

async function playDemo({ options, view, storePath, opened }: DemoRun): Promise<DemoResult> {
  const topic = options.brokers === null ? DEFAULT_FLEET.topic : `strayd-demo-${Date.now().toString(36)}`;
  const fleetOptions = { seed: options.seed, incidents: options.incidents, topic };
  const fleet = simulateFleet(fleetOptions);
  const spec = demoDetector(options);
  const transitions: AlertTransition[] = [];
  const progress = new DemoProgress();
  const { brokers } = options;
  const kafka = brokers === null ? null : await kafkaFeed({ brokers, fleet, progress, warn: view.warned });
  if (kafka !== null) opened.push(() => kafka.close());
  const port = await freePort(options.port);
  const daemon = await startDaemon({
    config: demoConfig(spec, { brokers: brokers ?? [], topic, storePath, port }),
    stream:
      kafka === null
        ? { kind: 'simulated', fleet: fleetOptions, ...(options.stay ? { pauseMs: WATCHED_PAUSE_MS } : {}) }
        : { kind: 'kafka' },
    log: 'silent',
    trainWhenDue: false,
    observer: {
      published: (published) => {
        for (const transition of published.transitions) {
          transitions.push(transition);
          view.transition(transition, explainAlert(transition.alert, spec.stepMs));
        }
        progress.read(published);
        view.history(fleet, progress.watermarkMs);
      },
      trainingProgress: (_detector, fraction, detail) => view.training(fraction, detail),
      trainingEnded: (run, trained) => progress.trained(run, trained),
      streamEnded: (part) => progress.ended(part),
    },
  });
  opened.push(() => daemon.stop());
  void daemon.ended.then((error) => progress.died(error));
  view.begun({
    fleet,
    url: daemon.url,
    takenPort: port === options.port ? null : options.port,
    topic: kafka === null ? null : topic,
  });
  const feed = kafka ?? servedFeed(daemon, progress);
  await feed.history();
  daemon.train(spec.name);
  view.trained(await progress.card());
  await feed.live();
  return { fleet, spec, transitions };
}

function demoDetector({ model, seed }: DemoOptions): DetectorSpec {
  const spec = fleetDetector();
  return { ...spec, model: { ...spec.model, seed, type: model ? spec.model.type : 'none' } };
}

interface DemoPlaces {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly storePath: string;
  readonly port: number;
}

function demoConfig(spec: DetectorSpec, { brokers, topic, storePath, port }: DemoPlaces): Config {
  return {
    kafka: { brokers, groupId: topic, clientId: 'strayd-demo', tls: null, sasl: null },
    sources: [{ name: DEFAULT_FLEET.source, topics: [topic], format: 'prometheus_json' }],
    detectors: [spec],
    channels: [],
    histories: [],
    maintenance: [],
    delivery: { maxAlertAgeMs: Infinity, maxNotificationsPerHour: 20, timezone: 'UTC' },
    store: { path: storePath },
    deadLetters: { topic: null },
    limits: DEFAULT_LIMITS,
    server: { listen: { host: '127.0.0.1', port }, externalUrl: null, token: null },
  };
}
