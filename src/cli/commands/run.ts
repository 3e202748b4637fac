import { Command } from 'commander';
import { renderProblems } from '../../config/render-problems.ts';
import { startDaemon } from '../../app/daemon.ts';
import { PipelineNotStarted } from '../../app/pipeline-thread.ts';
import { SharingRefused } from '../../app/sharing-refusal.ts';
import { configOption, readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';

/** `strayd run`: the daemon, until SIGTERM or SIGINT. */
export function runCommand(): Command {
  return new Command('run')
    .description('run the daemon until SIGTERM: consume, train, score, alert')
    .addOption(configOption())
    .action(async (options: { config: string }) => {
      const { config, warnings } = readConfig(options.config);
      if (warnings.length > 0) process.stderr.write(`${renderProblems([], warnings)}\n`);
      const starting = startDaemon({ config, stream: { kind: 'kafka' }, log: 'json', trainWhenDue: true });
      // From the first moment on, so that a stop during the start is a clean one too.
      const stop = () =>
        void starting.then(
          (daemon) => daemon.stop(),
          () => undefined,
        );
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
      const daemon = await starting.catch((error: unknown) => {
        throw isLocked(error) ? new CommandError(error.message, EXIT.wrongUse) : error;
      });
      const error = await daemon.ended;
      if (error instanceof SharingRefused) process.exit(EXIT.wrongUse);
      process.exit(error === null ? EXIT.fine : EXIT.failed);
    });
}

/** Another strayd works with the store: wrong use, not a failure. */
function isLocked(error: unknown): error is PipelineNotStarted {
  return error instanceof PipelineNotStarted && error.code === 'store_locked';
}
