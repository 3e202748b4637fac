import { explainAlert } from '../pipeline/alerts/explain.ts';
import type { AlertView, Backend, StatusView } from '../server/backend.ts';
import type { AlertRecord } from '../store/alert-repository.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { Config } from '../config/config.ts';
import type { Instruments } from './instruments.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import type { TrainingDesk } from './training-desk.ts';

export interface BackendOptions {
  readonly config: Config;
  readonly version: string;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly desk: TrainingDesk;
  readonly instruments: Instruments;
}

const TOP_REASONS = 20;
const EXAMPLE_BYTES = 500;

/** What the HTTP side asks of the daemon, answered from the store, the vitals and the pipeline thread. */
export function createBackend(options: BackendOptions): Backend {
  const { config, store, thread, desk } = options;
  const { exposition, vitals } = options.instruments;
  return {
    notAlive: () => vitals.notAlive(),
    notReady: () => vitals.notReady(),
    status: () => statusOf(options),
    alerts: (filter) => store.listAlerts(filter).map(viewOf),
    alert: (id) => {
      const record = store.showAlert(id);
      return record === null ? null : viewOf(record);
    },
    label: async (id, label) => (await thread.call({ kind: 'label', id, label })) === true,
    models: (detector) =>
      config.detectors
        .filter(({ name }) => detector === null || name === detector)
        .flatMap(({ name }) => store.listModels(name))
        .map(({ detector: name, version, status, card }) => ({
          detector: name,
          version,
          status,
          card: JSON.parse(card) as unknown,
        })),
    deadLetters: () =>
      store.deadLetterReasons(TOP_REASONS).map(({ reason, count, newest }) => ({
        reason,
        count,
        example: {
          topic: newest.topic,
          partition: newest.partition,
          offset: newest.offset,
          detail: newest.detail,
          text: Buffer.from(newest.bytes.subarray(0, EXAMPLE_BYTES)).toString('utf8'),
        },
      })),
    hasDetector: (name) => config.detectors.some((spec) => spec.name === name),
    train: (name) => (desk.request(name) ? 'started' : 'busy'),
    metrics: () => exposition.render(),
  };
}

function viewOf({ alert, label, delivered, stepMs, startedMs }: AlertRecord): AlertView {
  const { title, summary, lines } = explainAlert(alert, stepMs);
  return {
    alert,
    label,
    deliver: delivered,
    text: [title, summary, ...lines].join('\n'),
    since: new Date(startedMs).toISOString(),
  };
}

function statusOf({ config, version, desk, instruments }: BackendOptions): StatusView {
  const { vitals } = instruments;
  return {
    version,
    startedMs: vitals.startedMs,
    trouble: vitals.trouble(),
    detectors: config.detectors.map(({ name, mode }) => {
      const seen = vitals.detector(name);
      return {
        detector: name,
        mode,
        entities: seen?.entities ?? 0,
        openAlerts: seen?.openAlerts ?? 0,
        warmupRatio: seen?.warmupRatio ?? 0,
        modelVersion: seen?.modelVersion ?? null,
        training: desk.running === name ? 'running' : 'idle',
        threshold: seen?.threshold ?? null,
      };
    }),
  };
}
