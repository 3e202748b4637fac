import { Command } from 'commander';
import { buildInfo } from '../app/build-info.ts';
import { commandPath, withChildren } from './command-tree.ts';
import { alertsCommand } from './commands/alerts.ts';
import { backtestCommand } from './commands/backtest.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { demoCommand } from './commands/demo.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { modelsCommand } from './commands/models.ts';
import { runCommand } from './commands/run.ts';
import { trainCommand } from './commands/train.ts';

/** The whole of the command line. Parsing throws a CommanderError where commander alone would end the process. */
export function straydProgram(): Command {
  const program = new Command('strayd')
    .description(
      'Learns what normal looks like for every host, service or pipeline whose metrics pass through Kafka, and ' +
        'says when one strays, which metric did it, and how sure it is.\n\n' +
        'New here? "strayd demo" needs no Kafka and no configuration.',
    )
    .version(buildInfo().version, '-V, --version', 'print the version')
    .addCommand(demoCommand())
    .addCommand(initCommand())
    .addCommand(runCommand())
    .addCommand(checkCommand())
    .addCommand(trainCommand())
    .addCommand(backtestCommand())
    .addCommand(explainCommand())
    .addCommand(alertsCommand())
    .addCommand(modelsCommand())
    .addCommand(deadLettersCommand())
    .addCommand(completionCommand())
    .addHelpText('after', '\nExit codes: 0 fine, 1 failed, 2 wrong use or configuration.');
  for (const command of withChildren(program)) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'print this help')
      .showHelpAfterError(`("${commandPath(command)} --help" tells what there is)`);
  }
  return program;
}
