import { unpackSnappyBlock } from '../../../src/ingest/snappy-block.ts';
import protobuf from 'protobufjs';
import { writeRequestType } from '../../ingest/formats/written-requests.ts';
import type { IngestFigures, IngestJob } from './ingest-job.ts';
import { MeasuredRun } from './measured-run.ts';
import { throughKafkajs } from './through-kafkajs.ts';

const KEPT_RECORDS = 400;
const PASSES = 10;

/** protobufjs' generated decoder over unpacked remote write requests that are in memory: no Kafka, no snappy. */
export async function throughProtobufjs(job: Omit<IngestJob, 'kind'>): Promise<IngestFigures> {
  // Numbers in the place of objects for 64-bit integers: its fastest way.
  protobuf.util.Long = undefined as never;
  protobuf.configure();
  const messages: Uint8Array[] = [];
  await throughKafkajs(job, (value) => {
    if (messages.length < KEPT_RECORDS) messages.push(unpackSnappyBlock(value));
  });
  const samplesPerRecord = job.topic.samples / job.topic.records;
  const run = new MeasuredRun(samplesPerRecord * messages.length * PASSES);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const message of messages) {
      writeRequestType.decode(message);
      run.add(samplesPerRecord);
    }
  }
  return run.figures;
}
