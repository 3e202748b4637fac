import type { Argument, Command, Option } from 'commander';
import { commandPath, withChildren } from '../command-tree.ts';

/** What a shell may offer at one command. */
export interface CompletedCommand {
  /** `strayd alerts list`. */
  readonly path: string;
  /** Names of the commands below it, and what they are for. */
  readonly subcommands: readonly CompletedWord[];
  readonly options: readonly CompletedOption[];
  readonly arguments: CompletedValue;
}

/** A word with what is said beside it, on one line. */
export interface CompletedWord {
  readonly word: string;
  readonly about: string;
}

export interface CompletedOption extends CompletedWord {
  /** All its spellings, the long one first: `--config`, `-c`. */
  readonly flags: readonly string[];
  /** `null`: it takes no value. */
  readonly value: CompletedValue | null;
}

/** What may be offered for a value: words to choose from, names of files, or nothing. */
export interface CompletedValue {
  readonly words: readonly string[];
  readonly isFile: boolean;
}

/** The commands of a program from the top down, as completion scripts need them. */
export function completedCommands(program: Command): CompletedCommand[] {
  return withChildren(program).map((command) => ({
    path: commandPath(command),
    subcommands: command.commands.map((child) => ({
      word: child.name(),
      about: child.summary() === '' ? child.description() : child.summary(),
    })),
    options: command.createHelp().visibleOptions(command).map(completedOption),
    arguments: joined(command.registeredArguments.map(valueOf)),
  }));
}

function completedOption(option: Option): CompletedOption {
  const flags = [option.long, option.short].filter((flag) => typeof flag === 'string');
  const takesValue = option.required || option.optional;
  return {
    word: flags[0] ?? '',
    about: option.description,
    flags,
    value: takesValue ? { words: option.argChoices ?? [], isFile: isFileName(option.flags) } : null,
  };
}

function valueOf(argument: Argument): CompletedValue {
  return { words: argument.argChoices ?? [], isFile: isFileName(argument.name()) };
}

/** By its placeholder: `--config <file>`, `--input <wide.csv>`. */
function isFileName(flags: string): boolean {
  return /\b(file|[\w-]+\.csv)\b/.test(flags.slice(flags.lastIndexOf('<') + 1));
}

function joined(values: readonly CompletedValue[]): CompletedValue {
  return { words: values.flatMap(({ words }) => words), isFile: values.some(({ isFile }) => isFile) };
}
