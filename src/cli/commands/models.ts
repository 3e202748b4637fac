import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { ModelRefusal } from '../../app/model-refusal.ts';
import { findVersion } from '../../app/rollback-target.ts';
import type { ModelView } from '../../server/views/model-view.ts';
import { CommandError, EXIT } from '../exit.ts';
import { modelAccess, withModelOptions, type ModelOptions } from '../model-access.ts';
import { cardText, diffTable, modelTable } from '../model-text.ts';
import { withUserFiles } from '../user-files.ts';

type Options = ModelOptions & { readonly detector?: string; readonly json?: true };

/** `strayd models`: what is kept of trained models, and what to do with it. */
export function modelsCommand(): Command {
  return new Command('models')
    .summary('list, show, compare, roll back, export and import models')
    .description(
      'List, show, compare, roll back, export and import the versions of models that are kept (training.keep), in the ' +
        'running strayd at --url or in the store of the configuration. Names of versions may be shortened.',
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(diffCommand())
    .addCommand(rollbackCommand())
    .addCommand(exportCommand())
    .addCommand(importCommand());
}

function command(name: string, description: string): Command {
  return withModelOptions(new Command(name)).description(description).option('--json', 'print JSON');
}

function listCommand(): Command {
  return command('list', 'the versions that are kept, newest first')
    .option('-d, --detector <name>', 'only of this detector')
    .action(async (options: Options) => {
      const { detector } = options;
      const all = await (await modelAccess(options)).list();
      const models = all.filter((model) => detector === undefined || model.detector === detector);
      print(options, models, () => modelTable(models));
    });
}

function showCommand(): Command {
  return command('show', 'the card of a version: what it was made of, how it was judged')
    .argument('<version>', 'as "models list" shows it')
    .action(async (version: string, options: Options) => {
      const model = chosen(await (await modelAccess(options)).list(), version);
      print(options, model, () => cardText(model));
    });
}

function diffCommand(): Command {
  return command('diff', 'what is different on the cards of two versions')
    .argument('<version>')
    .argument('<other>')
    .action(async (version: string, other: string, options: Options) => {
      const all = await (await modelAccess(options)).list();
      const pair = [chosen(all, version), chosen(all, other)] as const;
      print(options, pair, () => diffTable(...pair));
    });
}

function rollbackCommand(): Command {
  return command('rollback', 'put a kept version to use, for the steps from now on')
    .argument('<detector>')
    .argument('[version]', 'default: the one that was in use before')
    .action(async (detector: string, version: string | undefined, options: Options) => {
      const model = await (await modelAccess(options)).rollBack(detector, version ?? null);
      const from = model.activeFrom ?? 'now';
      print(options, model, () => `${detector} scores with ${model.version} from ${from} (event time) on.`);
    });
}

function exportCommand(): Command {
  return command('export', 'write a version with its card to one file, which carries its hash')
    .argument('<version>')
    .argument('[file]', 'default: <detector>-<version>.model')
    .action(async (version: string, file: string | undefined, options: Options) => {
      const access = await modelAccess(options);
      const model = chosen(await access.list(), version);
      const bytes = await access.file(model.version);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== model.sha256) {
        throw new CommandError(
          `The file of ${model.version} is not what was trained (sha256 ${sha256}, on record ${model.sha256}): nothing was written.`,
        );
      }
      const path = file ?? `${model.detector}-${model.version}.model`;
      await withUserFiles(() => writeFileSync(path, bytes));
      print(
        options,
        { file: path, sha256, bytes: bytes.length },
        () => `${path}: ${bytes.length} bytes, sha256 ${sha256}`,
      );
    });
}

function importCommand(): Command {
  return command('import', 'take a version in that was exported elsewhere; "models rollback" puts it to use')
    .argument('<file>')
    .action(async (file: string, options: Options) => {
      const bytes = await withUserFiles(() => readFileSync(file));
      const model = await (await modelAccess(options)).take(bytes);
      print(
        options,
        model,
        () =>
          `${model.version} of ${model.detector} is kept. "strayd models rollback ${model.detector} ${model.version}" puts it to use.`,
      );
    });
}

function chosen(models: readonly ModelView[], wanted: string): ModelView {
  try {
    return findVersion(models, wanted);
  } catch (error) {
    if (error instanceof ModelRefusal) throw new CommandError(error.message, EXIT.wrongUse);
    throw error;
  }
}

function print(options: Options, value: unknown, text: () => string): void {
  process.stdout.write(`${options.json === true ? JSON.stringify(value, null, 2) : text()}\n`);
}
