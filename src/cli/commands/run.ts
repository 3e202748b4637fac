import { Command } from 'commander';
import { renderProblems } from '../../config/render-problems.ts';
import { startDaemon } from '../../app/daemon.ts';
import { configOption, readConfig } from '../config-option.ts';
import { EXIT } from '../exit.ts';

/** `strayd run`: the daemon, until SIGTERM or SIGINT. */
export function runCommand(): Command {
  return new Command('run')
    .description('run the daemon until SIGTERM: consume, train, score, alert')
    .addOption(configOption())
    .action(async (options: { config: string }) => {
      const { config, warnings } = readConfig(options.config);
      if (warnings.length > 0) process.stderr.write(`${renderProblems([], warnings)}\n`);
      const daemon = await startDaemon({
        config,
        stream: { kind: 'kafka' },
        log: 'json',
        trainWhenDue: true,
      });
      const stop = () => void daemon.stop();
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
      const error = await daemon.ended;
      process.exit(error === null ? EXIT.fine : EXIT.failed);
    });
}
