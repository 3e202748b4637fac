import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { withChildren } from '../../src/cli/command-tree.ts';
import { straydProgram } from '../../src/cli/program.ts';
import { shownCommands, type ShownCommand } from './command-line.ts';
import { codeBlocks, inlineCode, pages, type Page } from './pages.ts';

/** What the command line says of it; nothing is run. */
function complaint(words: readonly string[]): CommanderError | null {
  const program = straydProgram();
  for (const command of withChildren(program)) {
    if (command.commands.length === 0) command.action(() => undefined);
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  }
  try {
    program.parse([...words], { from: 'user' });
    return null;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? null : error;
    throw error;
  }
}

/** In running text a command may be named without all that it needs. */
const NAMED_ONLY = new Set([
  'commander.help',
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
]);

function wrongOnes(commands: readonly ShownCommand[], allowed: ReadonlySet<string>): string[] {
  return commands.flatMap(({ shown, words }) => {
    const error = complaint(words);
    return error === null || allowed.has(error.code) ? [] : [`${shown}: ${error.message}`];
  });
}

const inBlocks = (page: Page): ShownCommand[] =>
  codeBlocks(page)
    .filter(({ kind }) => ['sh', 'yaml'].includes(kind))
    .flatMap(({ text }) => shownCommands(text));

test('there are command lines to try, and a wrong one is seen', () => {
  expect(pages().flatMap(inBlocks).length).toBeGreaterThan(40);
  expect(wrongOnes(shownCommands('strayd alerts lable ID'), new Set())).toHaveLength(1);
  expect(wrongOnes(shownCommands('strayd check --onlin'), new Set())).toHaveLength(1);
});

test.each(pages())('every strayd command that $path shows is one that strayd takes', (page) => {
  expect(wrongOnes(inBlocks(page), new Set())).toEqual([]);
  const inText = inlineCode(page).flatMap((code) => (/^strayd( |$)/.test(code) ? shownCommands(code) : []));
  expect(wrongOnes(inText, NAMED_ONLY)).toEqual([]);
});
