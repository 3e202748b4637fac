import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { fleetDetector } from '../ingest/replay/fleet-detector.ts';
import { DEFAULT_FLEET, simulateFleet, type SimulatedFleet } from '../ingest/replay/simulated-fleet.ts';
import type { AlertTransition } from '../pipeline/effects.ts';
import type { TrainingCard } from '../training/training-card.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { kafkaFeed, servedFeed } from './demo-feed.ts';
import { DemoProgress } from './demo-progress.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly incidents: boolean;
  /** False: the guards alone, to see what the model adds. */
  readonly model: boolean;
  /** Brokers to send the fleet through; `null` = no Kafka. */
  readonly brokers: readonly string[] | null;
  /** 0 = any free one. */
  readonly port: number;
}

/** What the terminal shows while it runs. */
export interface DemoView {
  begun(fleet: SimulatedFleet, url: string): void;
  /** How far the reading is in event time. */
  history(fleet: SimulatedFleet, watermarkMs: number): void;
  training(fraction: number, detail: string): void;
  trained(card: TrainingCard): void;
  transition(transition: AlertTransition): void;
}

export interface DemoResult {
  readonly fleet: SimulatedFleet;
  readonly spec: DetectorSpec;
  /** All of the run, in order. */
  readonly transitions: readonly AlertTransition[];
}

/** Runs the daemon on a simulated fleet in accelerated time, in a store of its own that is removed afterwards. */
export async function runDemo(options: DemoOptions, view: DemoView): Promise<DemoResult> {
  const topic = options.brokers === null ? DEFAULT_FLEET.topic : `strayd-demo-${Date.now().toString(36)}`;
  const fleetOptions = { seed: options.seed, incidents: options.incidents, topic };
  const fleet = simulateFleet(fleetOptions);
  const spec = demoDetector(options);
  const directory = mkdtempSync(join(tmpdir(), 'strayd-demo-'));
  const transitions: AlertTransition[] = [];
  const progress = new DemoProgress();
  let daemon: Daemon | null = null;
  try {
    daemon = await startDaemon({
      config: demoConfig(spec, { options, topic, storePath: directory }),
      stream: options.brokers === null ? { kind: 'simulated', fleet: fleetOptions } : { kind: 'kafka' },
      log: 'silent',
      trainWhenDue: false,
      observer: {
        published: (published) => {
          for (const transition of published.transitions) {
            transitions.push(transition);
            view.transition(transition);
          }
          progress.read(published);
          view.history(fleet, progress.watermarkMs);
        },
        trainingProgress: (_detector, fraction, detail) => view.training(fraction, detail),
        trainingEnded: (run, trained) => progress.trained(run, trained),
        streamEnded: (part) => progress.ended(part),
      },
    });
    void daemon.ended.then((error) => progress.died(error));
    view.begun(fleet, daemon.url);
    const feed =
      options.brokers === null
        ? servedFeed(daemon, progress)
        : await kafkaFeed(options.brokers, fleet, progress);
    await feed.history();
    daemon.train(spec.name);
    view.trained(await progress.card());
    await feed.live();
    return { fleet, spec, transitions };
  } finally {
    await daemon?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function demoDetector({ model, seed }: DemoOptions): DetectorSpec {
  const spec = fleetDetector();
  return { ...spec, model: { ...spec.model, seed, type: model ? spec.model.type : 'none' } };
}

function demoConfig(
  spec: DetectorSpec,
  {
    options,
    topic,
    storePath,
  }: { readonly options: DemoOptions; readonly topic: string; readonly storePath: string },
): Config {
  return {
    kafka: { brokers: options.brokers ?? [], groupId: topic, clientId: 'strayd-demo', tls: null, sasl: null },
    sources: [{ name: DEFAULT_FLEET.source, topics: [topic], format: 'prometheus_json' }],
    detectors: [spec],
    channels: [],
    delivery: { maxAlertAgeMs: Infinity },
    store: { path: storePath },
    server: { listen: { host: '127.0.0.1', port: options.port }, externalUrl: null, token: null },
  };
}
