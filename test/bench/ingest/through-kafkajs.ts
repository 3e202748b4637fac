import { Kafka, logLevel } from 'kafkajs';
import type { IngestFigures, IngestJob } from './ingest-job.ts';
import { MeasuredRun } from './measured-run.ts';

/** kafkajs' consumer as it is by default, and nothing but `use` with each value. */
export async function throughKafkajs(
  { brokers, topic }: Omit<IngestJob, 'kind'>,
  use: (value: Buffer) => void,
): Promise<IngestFigures> {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `${topic.topic}-kafkajs-${process.pid}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.topic], fromBeginning: true });
  const run = new MeasuredRun(topic.samples);
  let records = 0;
  let told = 0;
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) if (value !== null) use(value);
      records += batch.messages.length;
      const samples = Math.round((records / topic.records) * topic.samples);
      run.add(samples - told);
      told = samples;
      return Promise.resolve();
    },
  });
  await run.ended;
  return run.figures;
}
