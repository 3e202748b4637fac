#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { renderProblems } from '../config/render-problems.ts';
import { buildInfo } from '../app/build-info.ts';
import { NoFeaturesFound } from '../app/discovery/decide-features.ts';
import { ListenError } from '../app/listen.ts';
import { PipelineNotStarted } from '../app/pipeline-thread.ts';
import { alertsCommand } from './commands/alerts.ts';
import { backtestCommand } from './commands/backtest.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { modelsCommand } from './commands/models.ts';
import { runCommand } from './commands/run.ts';
import { trainCommand } from './commands/train.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from './printable.ts';

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
  .addHelpText('after', '\nExit codes: 0 fine, 1 failed, 2 wrong use or configuration.');

for (const command of withChildren(program)) {
  command
    .exitOverride()
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError(`("${commandPath(command)} --help" tells what there is)`);
}

// A reader that has seen enough ("… | head") closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** Prints what went wrong and answers the exit code; programmers' errors keep their stack. */
function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`${renderProblems(error.problems, error.warnings)}\n`);
    return EXIT.wrongUse;
  }
  if (
    error instanceof ListenError ||
    error instanceof PipelineNotStarted ||
    error instanceof NoFeaturesFound
  ) {
    process.stderr.write(`strayd: ${error.message}\n`);
    return EXIT.failed;
  }
  if (error instanceof CommandError) {
    // What is quoted may have come from a label.
    process.stderr.write(`strayd: ${printable(error.message, true)}\n`);
    return error.exitCode;
  }
  // Commander has printed what it has to say; 0 is help or the version that someone asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrongUse;
  throw error;
}

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withChildren)];
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
