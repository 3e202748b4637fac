import { parentPort, workerData } from 'node:worker_threads';
import { RecordingHandler, streamOf } from './recording-handler.ts';

/* Run by a test in a worker thread: reads a topic's 100 records and answers how many it got. */
const { brokers, topic, groupId } = workerData as { brokers: string[]; topic: string; groupId: string };
const handler = new RecordingHandler();
const stream = streamOf(brokers, [topic], { groupId });
handler.onBatch = () => {
  if (handler.records.length >= 100) {
    void stream.close().then(() => parentPort?.postMessage(handler.records.length));
  }
  return Promise.resolve();
};
await stream.start(handler);
