import type { Channel, SendOutcome } from './channel.ts';
import { withoutSecrets } from './url-secrets.ts';
import { withinTime } from './within-time.ts';

/** A record as it goes to the topic. */
export interface SinkRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Writes to a topic; `app/` wires it to the Kafka client. */
export interface RecordSink {
  /** Resolves with what came of it; never rejects. An attempt that is given up (`signal`, time) may still arrive. */
  write(record: SinkRecord, signal: AbortSignal): Promise<SendOutcome>;
  close(): Promise<void>;
}

/** What of a body names the key; bodies that were written by an earlier version have no incident. */
interface KeyedBody {
  readonly incident?: { readonly entity: string };
  readonly alert: { readonly entity: string };
}

export interface KafkaChannelOptions {
  readonly name: string;
  readonly sink: RecordSink;
  readonly timeoutMs: number;
  /** Never to be told. */
  readonly secrets: readonly string[];
}

/** Writes the webhook's JSON to a topic, keyed by the entity that opened the incident, so that one partition holds its events in order. */
export function kafkaChannel({ name, sink, timeoutMs, secrets }: KafkaChannelOptions): Channel {
  return {
    name,
    async send({ body, idempotencyKey }, signal) {
      const { incident, alert } = JSON.parse(body) as KeyedBody;
      const record = {
        key: (incident ?? alert).entity,
        value: body,
        headers: { 'idempotency-key': idempotencyKey },
      };
      const outcome = await inTime((limit) => sink.write(record, limit), { timeoutMs, signal });
      signal.throwIfAborted();
      return outcome.ok ? outcome : { ...outcome, error: withoutSecrets(outcome.error, secrets) };
    },
    close: () => sink.close(),
  };
}

/** The Kafka client has no way to break off a request: after the time its outcome is not waited for any more. */
function inTime(
  work: (limit: AbortSignal) => Promise<SendOutcome>,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<SendOutcome> {
  return withinTime((limit) => {
    const late = new Promise<SendOutcome>((resolve) => {
      limit.addEventListener('abort', () =>
        resolve({ ok: false, error: 'no answer of the brokers in time', retry: true }),
      );
    });
    return Promise.race([work(limit), late]);
  }, limits);
}
