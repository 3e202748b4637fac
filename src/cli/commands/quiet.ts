import { Command, Option } from 'commander';
import type { MaintenanceRequest, WindowView } from '../../server/views/window-view.ts';
import { CommandError, EXIT } from '../exit.ts';
import { withModelOptions, type ModelOptions } from '../model-access.ts';
import { quietAccess } from '../quiet-access.ts';
import { renderTable } from '../table.ts';

interface MuteOptions extends ModelOptions {
  readonly detector?: string;
  readonly entity?: string;
  readonly for?: string;
  readonly comment?: string;
  readonly off?: string;
  readonly json?: true;
}

interface AddOptions extends ModelOptions, MaintenanceRequest {
  readonly json?: true;
}

/** `strayd alerts mute`: no messages of a detector or of one of its entities for a while. */
export function muteCommand(): Command {
  return withModelOptions(new Command('mute'))
    .description(
      'send nothing of a detector, or of one entity of it, for a while; without a detector, list the mutes',
    )
    .option('-d, --detector <name>', 'the detector')
    .option('-e, --entity <entity>', 'only this entity of it')
    .option('--for <time>', 'for so long from now on, such as 30m, 2h or 1d')
    .option('--comment <text>', 'for people')
    .option('--off <id>', 'end this mute')
    .option('--json', 'print JSON')
    .action(async (options: MuteOptions) => {
      const { detector, entity, comment, off, json } = options;
      const stray = (['entity', 'for', 'comment'] as const).find((key) => options[key] !== undefined);
      if (detector === undefined && stray !== undefined) {
        throw new CommandError(
          off === undefined
            ? `Say of which detector: --${stray} needs --detector NAME.`
            : `--${stray} belongs to a new mute; --off ID alone ends one.`,
          EXIT.wrongUse,
        );
      }
      const access = await quietAccess(options);
      if (off !== undefined) {
        await access.remove('mutes', off);
        process.stdout.write(
          json === true ? `${JSON.stringify({ removed: off })}\n` : `Mute ${off} is ended.\n`,
        );
        return;
      }
      if (detector === undefined) {
        print(await access.list('mutes'), json, 'Nothing is muted.');
        return;
      }
      if (options.for === undefined) {
        throw new CommandError('Say for how long: --for 2h.', EXIT.wrongUse);
      }
      const request = {
        detector,
        for: options.for,
        ...(entity === undefined ? {} : { entity }),
        ...(comment === undefined ? {} : { comment }),
      };
      const window = await access.mute(request);
      const what = `${detector}${entity === undefined ? '' : ` / ${entity}`}`;
      const line = `${what} is muted until ${window.end ?? 'ever'} (${window.id}); its alerts stay on record.`;
      process.stdout.write(`${json === true ? JSON.stringify(window) : withNote(line, window)}\n`);
    });
}

/** `strayd alerts maintenance add | list | remove`: planned work, before or after the fact. */
export function maintenanceCommand(): Command {
  return new Command('maintenance')
    .summary('planned work: add, list, remove')
    .description(
      'Planned work, once or again and again, ahead or after the fact: alerts in it are on record only, and nothing in it is learned from.',
    )
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return withModelOptions(new Command('add'))
    .description('add a window: --start and --end, or --schedule and --duration')
    .option('-m, --match <selector>', 'labels as {role="db"}; default: everything')
    .option('--start <time>', 'when it begins, such as 2026-11-28T22:00:00Z; may lie in the past')
    .option('--end <time>', 'when it ends')
    .addOption(new Option('--schedule <cron>', 'when it begins, five cron fields such as "0 2 * * 0"'))
    .option('--duration <time>', 'how long it lasts, such as 2h; at most 31d')
    .option('--timezone <zone>', 'of the schedule, such as Europe/Berlin; default: UTC')
    .option('--comment <text>', 'for people')
    .option('--json', 'print JSON')
    .action(async (options: AddOptions) => {
      const request = Object.fromEntries(
        (['match', 'start', 'end', 'schedule', 'duration', 'timezone', 'comment'] as const).flatMap((key) =>
          options[key] === undefined ? [] : [[key, options[key]]],
        ),
      );
      const window = await (await quietAccess(options)).maintain(request);
      const line = `Maintenance ${window.id} of ${window.match}: ${whenOf(window)}.`;
      process.stdout.write(`${options.json === true ? JSON.stringify(window) : withNote(line, window)}\n`);
    });
}

function withNote(line: string, { note }: WindowView): string {
  return note === undefined ? line : `${line}\n${note}`;
}

function listCommand(): Command {
  return withModelOptions(new Command('list'))
    .description('maintenance and the silences of Alertmanagers, past ones too')
    .option('--json', 'print JSON')
    .action(async (options: ModelOptions & { readonly json?: true }) => {
      print(await (await quietAccess(options)).list('maintenance'), options.json, 'No maintenance.');
    });
}

function removeCommand(): Command {
  return withModelOptions(new Command('remove'))
    .description('take a window back as if it had not been')
    .argument('<id>', 'as "alerts maintenance list" shows it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: ModelOptions & { readonly json?: true }) => {
      await (await quietAccess(options)).remove('maintenance', id);
      const line = `Maintenance ${id} is taken back.`;
      process.stdout.write(`${options.json === true ? JSON.stringify({ removed: id }) : line}\n`);
    });
}

function print(windows: readonly WindowView[], json: true | undefined, none: string): void {
  if (json === true) process.stdout.write(`${JSON.stringify(windows, null, 2)}\n`);
  else process.stdout.write(`${windows.length === 0 ? none : table(windows)}\n`);
}

function table(windows: readonly WindowView[]): string {
  const rows = windows.map((window) => [
    window.id,
    window.kind,
    window.active ? 'yes' : 'no',
    window.detector === null ? window.match : [window.detector, window.entity ?? []].flat().join(' / '),
    whenOf(window),
    window.origin,
    window.comment,
  ]);
  return renderTable(['id', 'kind', 'now', 'of', 'when', 'origin', 'comment'], rows);
}

function whenOf({ start, end, schedule, timezone, duration }: WindowView): string {
  if (schedule !== null)
    return `"${schedule}" ${timezone ?? ''} for ${duration ?? ''}${end === null ? '' : `, until ${end}`}`;
  return `${start === null ? '' : `${start} `}until ${end ?? 'ever'}`;
}
