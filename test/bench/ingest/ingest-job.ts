import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { IngestTopic } from './ingest-topic.ts';

/** What one process of the bench does with a topic. */
export interface IngestJob {
  /** `strayd`: records to closed vectors; `kafkajs`: its consumer alone, `parsed`: and JSON.parse; `protobufjs`: decoding alone. */
  readonly kind: 'strayd' | 'kafkajs' | 'parsed' | 'protobufjs';
  readonly brokers: readonly string[];
  readonly topic: IngestTopic;
  readonly registryUrl: string;
}

/** What the middle of the samples took, when nothing is cold any more and all partitions still have some. */
export interface IngestFigures {
  readonly samples: number;
  /** CPU time of the whole process, garbage collection and compiler threads included. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly vectors: number;
  /** Resident memory before the first record, and after the last. */
  readonly idleBytes: number;
  readonly liveBytes: number;
  /** Of the JavaScript heap and its buffers after a collection, likewise. */
  readonly idleHeapBytes: number;
  readonly liveHeapBytes: number;
}

const PROGRAM = fileURLToPath(new URL('./ingest-process.ts', import.meta.url));

/** Does a job in a fresh process, with the options of this one (`--cpu-prof`). Throws with what the process printed if it fails. */
export async function runJob(job: IngestJob): Promise<IngestFigures> {
  const options = ['--expose-gc', ...process.execArgv];
  const child = spawn(process.execPath, [...options, PROGRAM, JSON.stringify(job)]);
  const [printed, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`${job.kind} of ${job.topic.format} ended with ${code}: ${complaint}`);
  return JSON.parse(printed) as IngestFigures;
}

/** Samples of one second of CPU time. */
export function samplesPerCpuSecond({ samples, cpuMs }: IngestFigures): number {
  return (1000 * samples) / cpuMs;
}
