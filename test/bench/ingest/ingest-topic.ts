import kafkajs, { type Kafka } from 'kafkajs';
import { scrapes, METRICS, type IngestFleet, type Scrape } from './ingest-fleet.ts';
import { INGEST_WRITERS, type IngestFormat } from './ingest-writers.ts';

/** A topic that holds a fleet's scrapes in one format. */
export interface IngestTopic {
  readonly topic: string;
  readonly format: IngestFormat;
  readonly records: number;
  readonly samples: number;
  /** Of all values together. */
  readonly bytes: number;
}

const PARTITIONS = 4;
const BATCH_BYTES = 500_000;

interface Message {
  readonly partition: number;
  readonly timestamp: string;
  readonly value: Buffer;
}

/** Writes a fleet's scrapes to a new topic of four partitions, by turns, as senders without a key do. */
export async function fillTopic(
  client: Kafka,
  format: IngestFormat,
  fleet: IngestFleet,
): Promise<IngestTopic> {
  const topic = `ingest-${format}-${process.pid}`;
  const admin = client.admin();
  await admin.connect();
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  const create = { topic, numPartitions: PARTITIONS, replicationFactor: 1, configEntries };
  await admin.createTopics({ topics: [create], waitForLeaders: true });
  await admin.disconnect();

  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const written = { records: 0, bytes: 0 };
  let waiting: Message[] = [];
  let waitingBytes = 0;
  const send = async (): Promise<void> => {
    if (waiting.length > 0) await producer.send({ topic, messages: waiting });
    waiting = [];
    waitingBytes = 0;
  };
  for (const { timeMs, value } of recordsOf(format, fleet)) {
    const message = { partition: written.records % PARTITIONS, timestamp: String(timeMs), value };
    waiting.push(message);
    written.records += 1;
    written.bytes += value.byteLength;
    waitingBytes += value.byteLength;
    if (waitingBytes >= BATCH_BYTES) await send();
  }
  await send();
  await producer.disconnect();
  return { topic, format, samples: fleet.entities * fleet.steps * METRICS.length, ...written };
}

/** Deletes a topic that was measured. */
export async function dropTopic(client: Kafka, { topic }: IngestTopic): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

function* recordsOf(
  format: IngestFormat,
  fleet: IngestFleet,
): Generator<{ readonly timeMs: number; readonly value: Buffer }> {
  const { scrapesPerRecord, write } = INGEST_WRITERS[format];
  let together: Scrape[] = [];
  const written = function* (): Generator<{ readonly timeMs: number; readonly value: Buffer }> {
    const timeMs = together.at(-1)?.timeMs ?? 0;
    for (const bytes of write(together)) yield { timeMs, value: Buffer.from(bytes) };
    together = [];
  };
  for (const scrape of scrapes(fleet)) {
    together.push(scrape);
    if (together.length >= scrapesPerRecord) yield* written();
  }
  if (together.length > 0) yield* written();
}
