import { runSelfTest } from './run-self-test.ts';
import type { SelfTestJob, SelfTestResult } from './self-test-messages.ts';

/** The self-test's child process: one job in, one result out, then it ends. */
process.once('message', (job: SelfTestJob) => {
  runSelfTest(job).then(
    (result: SelfTestResult) => process.send?.(result, undefined, undefined, () => process.disconnect()),
    (error: unknown) => {
      queueMicrotask(() => {
        throw error;
      });
    },
  );
});
process.once('disconnect', () => process.exit());
