import { setTimeout as pause } from 'node:timers/promises';
import type { IngestFigures, IngestJob } from './ingest-job.ts';

/** One job of the ingest bench in a process of its own: prints its figures as JSON. */
const job = JSON.parse(process.argv[2] ?? '') as IngestJob;
process.stdout.write(JSON.stringify(await figuresOf(job)));
// What still fetches is not waited for.
await pause(0);
process.exit(0);

async function figuresOf({ kind, topic, ...rest }: IngestJob): Promise<IngestFigures> {
  switch (kind) {
    case 'strayd':
      return (await import('./through-strayd.ts')).throughStrayd({ topic, ...rest });
    case 'kafkajs':
      return (await import('./through-kafkajs.ts')).throughKafkajs({ topic, ...rest }, () => undefined);
    case 'parsed':
      return (await import('./through-kafkajs.ts')).throughKafkajs({ topic, ...rest }, (value) => {
        JSON.parse(value.toString());
      });
    case 'protobufjs':
      return (await import('./through-protobufjs.ts')).throughProtobufjs({ topic, ...rest });
  }
}
