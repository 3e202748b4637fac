import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { TrainedModel } from '../../../src/app/messages.ts';
import type * as trainerModule from '../../../src/app/trainer.ts';
import type { DetectorSpec, ModelSpec } from '../../../src/core/detector.ts';
import type { TrainingRun } from '../../../src/store/training-run-repository.ts';
import { builtModule } from '../../support/built-module.ts';
import { startTsWorker } from '../../support/ts-worker.ts';
import { fleetBatch, fleetSpec } from './scoring-fleet.ts';
import type { ScoringFleet } from './scoring-fleet.ts';
import type { ScoredBatch, ScoringCall } from './scoring-thread.ts';

/** How a training ended. */
export interface TrainingEnd {
  readonly run: TrainingRun;
  readonly trained: TrainedModel | null;
}

/** A training in the product's own child process. */
export interface RunningTraining {
  readonly ended: Promise<TrainingEnd>;
  readonly isOver: () => boolean;
  /** Holds the process still, as if there were none, until `resume`. */
  hold(): void;
  resume(): void;
  /** Kills the process. */
  kill(): void;
}

/** A pipeline thread over a filled store that is fed at a steady pace, with trainings beside it. */
export interface ScoringRig {
  /** Trains on the history so far. */
  train(model?: Partial<ModelSpec>): Promise<RunningTraining>;
  /** Puts a model to use. */
  use(trained: TrainedModel): Promise<void>;
  /** Sends the next step of the whole fleet and answers when it was scored. */
  send(): Promise<ScoredBatch>;
  /** Sends steps `everyMs` apart until there are `count`, or `isOver` says so; answers each one's latency, ms. */
  pace(options: PaceOptions): Promise<number[]>;
  close(): Promise<void>;
}

/** See {@link ScoringRig.pace}. */
export interface PaceOptions {
  readonly count: number;
  readonly everyMs: number;
  readonly isOver?: () => boolean;
}

/** Fills a store with the fleet's history through the pipeline and stays ready for its next steps. */
export async function openScoringRig(fleet: ScoringFleet): Promise<ScoringRig> {
  const directory = mkdtempSync(join(tmpdir(), 'strayd-scoring-'));
  const thread = startTsWorker(new URL('./scoring-thread.ts', import.meta.url), { fleet, directory });
  const call = (message: ScoringCall): Promise<ScoredBatch | null> => {
    thread.postMessage(message);
    return nextAnswer(thread);
  };
  let index = fleet.historySteps;

  await nextAnswer(thread);
  const send = async (): Promise<ScoredBatch> => {
    const batch = fleetBatch(fleet, index++);
    const answer = await call({ kind: 'batch', batch, sentMs: performance.timeOrigin + performance.now() });
    if (answer === null) throw new Error('the scoring thread answered nothing to a batch');
    return answer;
  };
  return {
    train: (model) => {
      const spec = fleetSpec(fleet);
      return startTraining(directory, { ...spec, model: { ...spec.model, ...model } });
    },
    use: async (trained) => void (await call({ kind: 'model', trained })),
    send,
    pace: async ({ count, everyMs, isOver = () => false }) => {
      const latencies: number[] = [];
      let dueMs = performance.now();
      while (latencies.length < count && !isOver()) {
        await pause(Math.max(0, dueMs - performance.now()));
        latencies.push((await send()).latencyMs);
        dueMs = Math.max(dueMs + everyMs, performance.now());
      }
      return latencies;
    },
    close: async () => {
      await call({ kind: 'stop' });
      await thread.terminate();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function nextAnswer(thread: Worker): Promise<ScoredBatch | null> {
  return new Promise((resolve, reject) => {
    const answered = (value: ScoredBatch | null): void => {
      thread.off('error', failed);
      resolve(value);
    };
    const failed = (error: Error): void => {
      thread.off('message', answered);
      reject(error);
    };
    thread.once('message', answered);
    thread.once('error', failed);
  });
}

async function startTraining(storePath: string, spec: DetectorSpec): Promise<RunningTraining> {
  const { Trainer } = await builtModule<typeof trainerModule>('app/trainer.js');
  let over = false;
  let childPid: number | null = null;
  let end: (value: TrainingEnd) => void = () => undefined;
  const ended = new Promise<TrainingEnd>((resolve) => {
    end = resolve;
  });
  const trainer = new Trainer({
    storePath,
    nowMs: Date.now,
    progress: () => undefined,
    started: (_detector, pid) => {
      childPid = pid;
    },
    ended: (run, trained) => {
      over = true;
      end({ run, trained });
    },
  });
  trainer.request(spec);
  const signal = (name: NodeJS.Signals): void => {
    if (!over && childPid !== null) process.kill(childPid, name);
  };
  return {
    ended,
    isOver: () => over,
    hold: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill: () => signal('SIGKILL'),
  };
}
