#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { renderProblems } from '../config/render-problems.ts';
import { NoFeaturesFound } from '../app/discovery/no-features-found.ts';
import { ListenError } from '../app/listen.ts';
import { PipelineNotStarted } from '../app/pipeline-thread.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from '../core/printable.ts';
import { straydProgram } from './program.ts';

// A reader that has seen enough ("… | head") closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await straydProgram().parseAsync();
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
