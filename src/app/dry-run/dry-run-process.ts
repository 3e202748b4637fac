import type { DryRunView } from '../../server/views/dry-run-view.ts';
import type { DryRunJob } from './dry-run-messages.ts';
import { runDryRun } from './run-dry-run.ts';

/** The dry run's child process: one job in, one result out, then it ends. */
process.once('message', (job: DryRunJob) => {
  runDryRun(job).then(
    (result: DryRunView) => process.send?.(result, undefined, undefined, () => process.disconnect()),
    (error: unknown) => {
      queueMicrotask(() => {
        throw error;
      });
    },
  );
});
process.once('disconnect', () => process.exit());
