import { Command } from 'commander';
import { renderProblems } from '../../config/render-problems.ts';
import { PipelineNotStarted } from '../../app/pipeline-thread.ts';
import { SharingRefused } from '../../app/sharing-refusal.ts';
import { configOption, readConfig } from '../config-option.ts';
import { CommandError, EXIT } from '../exit.ts';

/** `strayd run`: the daemon, until SIGTERM or SIGINT; SIGHUP loads the configuration anew. */
export function runCommand(): Command {
  return new Command('run')
    .description(
      'run the daemon until SIGTERM: consume, train, score, alert; SIGHUP, or POST /api/v1/reload, loads the configuration anew',
    )
    .addOption(configOption())
    .action(async (options: { config: string }) => {
      const reread = () => readConfig(options.config);
      const { config, warnings } = await reread();
      if (warnings.length > 0) process.stderr.write(`${renderProblems([], warnings)}\n`);
      const { startDaemon } = await import('../../app/daemon.ts');
      const starting = startDaemon({
        config,
        reread,
        stream: { kind: 'kafka' },
        log: 'json',
        trainWhenDue: true,
      });
      // From the first moment on, so that a stop during the start is a clean one too.
      const stop = () =>
        void starting.then(
          (daemon) => daemon.stop(),
          () => undefined,
        );
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
      // What comes of it is in the log.
      process.on('SIGHUP', () => {
        void starting.then(
          (daemon) => daemon.reload(),
          () => undefined,
        );
      });
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
