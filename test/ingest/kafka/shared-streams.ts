import { afterEach, beforeAll } from 'vitest';
import type { KafkaRecordStream } from '../../../src/ingest/kafka/kafka-record-stream.ts';
import { sharedKafka, uniqueName } from '../../support/kafka.ts';
import { streamOf, type RecordingHandler } from './recording-handler.ts';

type StreamOptions = Parameters<typeof streamOf>[2];

/** Streams at the run's shared broker. */
export interface SharedStreams {
  /** Known once the tests run. */
  readonly brokers: readonly string[];
  /** A stream in a group of its own, or the one that `options` name; it is closed after the test. */
  open(topics: readonly string[], options?: StreamOptions): KafkaRecordStream;
  /** The same, started. */
  begin(
    handler: RecordingHandler,
    topics: readonly string[],
    options?: StreamOptions,
  ): Promise<KafkaRecordStream>;
}

/** For the tests of one file; to be called at its top. */
export function sharedStreams(): SharedStreams {
  const opened: KafkaRecordStream[] = [];
  let brokers: readonly string[] = [];
  beforeAll(async () => {
    brokers = (await sharedKafka()).brokers;
  });
  afterEach(async () => {
    for (const stream of opened.splice(0)) await stream.close();
  });
  const open: SharedStreams['open'] = (topics, options) => {
    const stream = streamOf(brokers, topics, { groupId: uniqueName('group'), ...options });
    opened.push(stream);
    return stream;
  };
  return {
    get brokers() {
      return brokers;
    },
    open,
    begin: async (handler, topics, options) => {
      const stream = open(topics, options);
      await stream.start(handler);
      return stream;
    },
  };
}
