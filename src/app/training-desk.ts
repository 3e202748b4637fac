import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { isShadowName } from '../core/shadow-name.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { TrainingRun } from '../store/training-run-repository.ts';
import type { Instruments } from './instruments.ts';
import type { TrainedModel } from './messages.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import { isSameShape } from './reload/detector-shape.ts';
import { ALARMING_REJECTIONS, MOST_RUNS, rejectionsInARow } from './rejections.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

export interface TrainingDeskOptions {
  /** Those that may be trained, and where their store is. */
  readonly config: Pick<Config, 'detectors' | 'store' | 'limits'>;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly instruments: Instruments;
  readonly progress: (detector: string, fraction: number, detail: string) => void;
  readonly ended: (run: TrainingRun, trained: TrainedModel | null) => void;
  /** Absent: a trainer with its real process. */
  readonly makeTrainer?: (options: TrainerOptions) => Trainer;
}

/** Takes requests for trainings, and brings their results to the pipeline thread, the metrics and the log. */
export class TrainingDesk {
  readonly #options: TrainingDeskOptions;
  readonly #trainer: Trainer;
  #detectors: readonly DetectorSpec[];
  /** Settles when the run that ended last is told of everywhere. */
  #recorded: Promise<void> = Promise.resolve();

  constructor(options: TrainingDeskOptions) {
    this.#options = options;
    this.#detectors = options.config.detectors;
    const { config, instruments, progress, makeTrainer = (wanted) => new Trainer(wanted) } = options;
    this.#trainer = makeTrainer({
      storePath: config.store.path,
      modelMemoryBytes: config.limits.modelMemoryBytes,
      nowMs: Date.now,
      progress,
      started: (detector, pid, startedMs) => {
        const message = `Training of detector ${detector} starts.`;
        instruments.report({ event: 'training_started', level: 'info', message, fields: { detector, pid } });
        this.#options.thread
          .call({ kind: 'training_started', detector, startedMs })
          .catch((error: unknown) => {
            const cause = error instanceof Error ? error.message : String(error);
            instruments.report({
              event: 'failed',
              level: 'error',
              message: `That a training of ${detector} is under way can't be put on record: ${cause}`,
            });
          });
      },
      ended: (run, trained, spec) => {
        this.#recorded = this.#record(run, trained, spec);
      },
    });
  }

  /** Name of the detector that is being trained. */
  get running(): string | null {
    return this.#trainer.running;
  }

  /** From now on these may be trained. What is under way or waits for one that is no more, or watches otherwise now, is ended. */
  reconfigure(detectors: readonly DetectorSpec[]): void {
    for (const former of this.#detectors) {
      const now = detectors.find(({ name }) => name === former.name);
      if (now === undefined || !isSameShape(now, former)) this.#trainer.cancel(former.name);
    }
    this.#detectors = detectors;
  }

  /** Answers false for a detector that is unknown, or being trained, or waiting for it. */
  request(detector: string): boolean {
    const spec = this.#detectors.find(({ name }) => name === detector);
    return spec !== undefined && this.#trainer.request(spec);
  }

  /** Answers false if the detector is not being trained, nor waits for it. */
  cancel(detector: string): boolean {
    return this.#trainer.cancel(detector);
  }

  /** Ends what runs; what ended is on record then, so that the thread and the store may be closed. */
  async stop(): Promise<void> {
    await this.#trainer.stop();
    await this.#recorded;
  }

  /** Tells once of a detector whose trainings are rejected one after the other: its model grows old. */
  #watchRejections({ detector, outcome, detail }: TrainingRun): void {
    const { store, instruments } = this.#options;
    const inARow = rejectionsInARow(store.listTrainingRuns(detector, MOST_RUNS));
    instruments.metrics.trainingRejections.set({ detector }, inARow);
    if (outcome !== 'rejected' || inARow !== ALARMING_REJECTIONS) return;
    const message =
      `The last ${inARow} trainings of detector ${detector} were rejected, so its model grows old: ${detail} ` +
      'What was normal may have changed; "strayd models show" tells more.';
    instruments.report({ event: 'training_rejected', level: 'error', message, fields: { detector, inARow } });
  }

  async #record(run: TrainingRun, trained: TrainedModel | null, spec: DetectorSpec): Promise<void> {
    const { thread, instruments, ended } = this.#options;
    const { metrics, exposition, report } = instruments;
    metrics.trainingRunsTotal.inc({ detector: run.detector, outcome: run.outcome });
    metrics.trainingDuration.observe((run.endedMs - run.startedMs) / 1000);
    try {
      const isUsed = (await thread.call({ kind: 'trained', run, trained, spec })) !== false;
      // What warms up scores for nobody yet.
      if (trained?.promoted === true && isUsed && !isShadowName(run.detector)) {
        exposition.model(trained.detector, trained.version, JSON.stringify(trained.card), run.endedMs);
      }
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const message = `The model of ${run.detector} that was just trained can't be used: ${cause}`;
      report({ event: 'failed', level: 'error', message });
    }
    const isLost = trained?.card.promotion.lostChampion === true;
    const level = run.outcome === 'failed' ? 'error' : isLost ? 'warn' : 'info';
    const message = `Training of detector ${run.detector} ended, ${run.outcome}: ${run.detail}`;
    report({ event: 'training_ended', level, message, fields: { ...run } });
    this.#watchRejections(run);
    ended(run, trained);
  }
}
