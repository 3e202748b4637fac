import { runTraining } from './run-training.ts';
import type { TrainingJob, TrainingMessage } from './training-messages.ts';

/** The training child process: one job in, progress and one result out, then it ends. */
const tell = (message: TrainingMessage, then?: () => void): void => {
  process.send?.(message, undefined, undefined, then);
};

process.once('message', (job: TrainingJob) => {
  const progress = (fraction: number, detail: string): void => tell({ type: 'progress', fraction, detail });
  runTraining(job, progress).then(
    (result) => tell({ type: 'ended', result }, () => process.disconnect()),
    (error: unknown) => {
      queueMicrotask(() => {
        throw error;
      });
    },
  );
});
process.once('disconnect', () => process.exit());
