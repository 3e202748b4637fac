import { createTopic, produce, type TestRecord } from '../support/kafka.ts';
import { startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { drillConfig } from './drill-config.ts';
import { PARTITIONS } from './drill-fleet.ts';
import { recordsDone, withStore } from './store-evidence.ts';
import type { TrainedStore } from './trained-store.ts';

/** What a reload by HTTP answers: an RFC 9457 problem where it is refused. */
export interface ReloadAnswer {
  readonly status: number;
  readonly body: {
    readonly detail: string;
    readonly errors?: readonly { readonly line: number; readonly column: number; readonly path: string }[];
  };
}

export interface RunPlan {
  readonly name: string;
  readonly records: readonly TestRecord[];
}

/** A daemon on a copy of the trained store, with a topic, a group and a webhook of its own; it can be killed and started again. */
export class KilledRun {
  readonly folder: string;
  readonly topic: string;
  readonly webhook: WebhookReceiver;
  readonly #brokers: readonly string[];
  readonly #records: readonly TestRecord[];
  #sent = 0;
  #strayd: StraydProcess | null = null;

  /** Opens a run that is to read `records`, none of which is sent yet. */
  static async open(trained: TrainedStore, plan: RunPlan): Promise<KilledRun> {
    const topic = await createTopic(trained.brokers, PARTITIONS);
    return new KilledRun(trained, { topic, webhook: await startWebhookReceiver(), plan });
  }

  private constructor(
    { brokers, copy }: TrainedStore,
    parts: Pick<KilledRun, 'topic' | 'webhook'> & { readonly plan: RunPlan },
  ) {
    this.folder = copy(parts.plan.name);
    this.topic = parts.topic;
    this.webhook = parts.webhook;
    this.#brokers = brokers;
    this.#records = parts.plan.records;
  }

  async start(detector: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.#strayd = await startStrayd(this.folder, this.config(detector));
  }

  /** Its configuration, with overrides in the detector. */
  config(detector: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const { folder, topic, webhook } = this;
    return drillConfig({
      brokers: this.#brokers,
      groupId: topic,
      topics: [topic],
      folder,
      webhookUrl: webhook.url,
      detector,
    });
  }

  /** Has the configuration file loaded anew, after another one was written if one is given, and answers what the daemon says to that. */
  async reload(config?: Readonly<Record<string, unknown>>): Promise<ReloadAnswer> {
    if (config !== undefined) this.strayd.configure(config);
    const response = await fetch(`${this.strayd.url}/api/v1/reload`, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as ReloadAnswer['body'] };
  }

  /** The process that runs. */
  get strayd(): StraydProcess {
    if (this.#strayd === null) throw new Error('it has not been started');
    return this.#strayd;
  }

  /** Writes the records before the given number to the topic. */
  async sendUntil(end: number): Promise<void> {
    await produce(this.#brokers, this.topic, this.#records.slice(this.#sent, end));
    this.#sent = end;
  }

  /** How many records the store has worked on. */
  get done(): number {
    return recordsDone(this.folder, this.topic);
  }

  /** Resolves when all that was sent is worked on. */
  async caughtUp(): Promise<void> {
    const isDone = (): boolean => this.done === this.#sent;
    await waitFor(`${this.#sent} records to be worked on`, isDone, { timeoutMs: 60_000, everyMs: 100 });
  }

  /** Resolves when every webhook due has been taken. */
  async delivered(): Promise<void> {
    await waitFor('an empty outbox', () =>
      withStore(this.folder, (store) => store.outboxCounts().pending.size === 0),
    );
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#strayd?.kill();
  }

  /** SIGTERM, and the exit code. */
  async stop(): Promise<number | null> {
    return (await this.#strayd?.stop()) ?? null;
  }

  /** What the daemon of the last start has logged. */
  log(): string {
    return this.#strayd?.log() ?? '';
  }

  /** Its metrics, in Prometheus' text. */
  async metrics(): Promise<string> {
    return (await this.#strayd?.metrics()) ?? '';
  }

  /** Idempotency keys of the webhooks that came in, in order. */
  keys(): string[] {
    return this.webhook.requests.map(({ headers }) => String(headers['idempotency-key']));
  }

  async close(): Promise<void> {
    await this.kill();
    await this.webhook.close();
  }
}
