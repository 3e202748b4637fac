import { pipelineConfig } from '../config/pipeline-config.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { showPublished, type Instruments } from './instruments.ts';
import type { PipelineWorkerData } from './pipeline.ts';
import { PipelineThread } from './pipeline-thread.ts';
import type { Planned } from './reload/followed-plan.ts';

/** What the pipeline thread goes by, of a configuration's generation. */
export function pipelineData(
  { config, stream }: Pick<DaemonOptions, 'config' | 'stream'>,
  generation: number,
): PipelineWorkerData {
  return {
    generation,
    config: pipelineConfig(config),
    stream,
    channels: config.channels.map(({ name, type, template }) => ({ name, type, template })),
    externalUrl: config.server.externalUrl,
    timezone: config.delivery.timezone,
  };
}

/** What the thread has to say to the daemon; the rest is shown and counted here. */
export interface ThreadEvents {
  readonly wake: () => void;
  readonly train: (detector: string) => void;
  readonly planned: (plan: Planned) => void;
  readonly refused: (why: string) => void;
  readonly died: (error: Error) => void;
}

/** Starts the pipeline thread; what it publishes goes to the instruments and to who watches the daemon. */
export function startPipeline(
  options: DaemonOptions,
  instruments: Instruments,
  events: ThreadEvents,
): PipelineThread {
  const { trainWhenDue, observer } = options;
  return new PipelineThread(pipelineData(options, 0), {
    published: ({ published }) => {
      showPublished(instruments, published);
      if (published.transitions.length > 0 || published.notifications.length > 0) events.wake();
      observer?.published?.(published);
    },
    planned: (plan) => events.planned(plan),
    event: ({ event }) => instruments.report(event),
    trainingDue: ({ detector }) => {
      if (trainWhenDue) events.train(detector);
    },
    refused: ({ why }) => events.refused(why),
    streamEnded: ({ part }) => observer?.streamEnded?.(part),
    died: (error) => {
      instruments.report({ event: 'failed', level: 'error', message: error.stack ?? error.message });
      events.died(error);
    },
  });
}
