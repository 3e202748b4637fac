import { parentPort, workerData } from 'node:worker_threads';
import { watchLoopDelay } from './loop-delay.ts';
import type { FromPipeline, PipelineCall, ToPipeline } from './messages.ts';
import { answerCall, type RunningPipeline } from './pipeline-calls.ts';
import { startPipeline, type PipelineWorkerData } from './pipeline.ts';
import { StoreError } from '../store/store-error.ts';

/** The pipeline thread: owns the store's only writer, the stream and the pipeline's state. */
const port = parentPort;
if (port === null) throw new Error('pipeline-worker runs as a worker thread of the daemon only');

const send = (message: FromPipeline): void => {
  port.postMessage(message);
};

const loopDelay = watchLoopDelay();

try {
  const pipeline = await startPipeline(workerData as PipelineWorkerData, {
    send,
    loopDelaySeconds: () => loopDelay.takeSeconds(),
  });
  port.on('message', ({ id, call }: ToPipeline) => void answer(pipeline, id, call));
  send({ type: 'ready' });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StoreError)) throw error;
  send({ type: 'not_started', failure: { message, code: error.code } });
}

async function answer(pipeline: RunningPipeline, id: number, call: PipelineCall): Promise<void> {
  try {
    send({ type: 'answer', id, value: await answerCall(call, pipeline) });
  } catch (error) {
    send({ type: 'refusal', id, message: error instanceof Error ? error.message : String(error) });
  }
}
