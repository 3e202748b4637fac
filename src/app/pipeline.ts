import type { ChannelConfig } from '../config/config.ts';
import type { PipelineConfig } from '../config/pipeline-config.ts';
import { openStore } from '../store/open-store.ts';
import { endBrokenRuns } from './broken-runs.ts';
import { LivePipeline } from './live-pipeline.ts';
import type { FromPipeline } from './messages.ts';
import type { StreamChoice } from './stream-choice.ts';

/** What the pipeline thread is started with, and what a reload brings; goes through a structured clone. */
export interface PipelineWorkerData {
  /** Which loading of the configuration it is. */
  readonly generation: number;
  readonly config: PipelineConfig;
  readonly stream: StreamChoice;
  /** The edge ones among them get outbox rows. */
  readonly channels: readonly Pick<ChannelConfig, 'name' | 'type' | 'template'>[];
  readonly externalUrl: string | null;
  readonly timezone: string;
}

export interface PipelineSurroundings {
  readonly send: (message: FromPipeline) => void;
  readonly loopDelaySeconds: () => number;
}

/** Opens the store, restores the state, begins to read; `answerCall` then serves it. Throws a StoreError if the store can't be had. */
export async function startPipeline(
  data: PipelineWorkerData,
  around: PipelineSurroundings,
): Promise<LivePipeline> {
  const { storePath } = data.config;
  const store = openStore(storePath, { mode: 'write', pid: process.pid, random: Math.random });
  for (const event of endBrokenRuns(store)) around.send({ type: 'event', event });
  return new LivePipeline(store, around).start(data);
}
