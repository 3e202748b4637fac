import { Argument, Command, Option } from 'commander';
import type { AlertView } from '../../server/views/alert-view.ts';
import { acceptCommand } from './accept.ts';
import { wholeNumber } from '../number-arguments.ts';
import { printable } from '../../core/printable.ts';
import { maintenanceCommand, muteCommand } from './quiet.ts';
import { resendCommand } from './resend.ts';
import { testChannelCommand } from './test-channel.ts';
import { renderTable } from '../table.ts';
import { clientOf, withUrlOptions, type UrlOptions } from '../url-option.ts';

interface ListOptions extends UrlOptions {
  readonly detector?: string;
  readonly entity?: string;
  readonly state?: string;
  readonly incident?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `strayd alerts`: what a running strayd saw, and what people say of it. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .summary('list, show, label, accept, mute and resend alerts, tell of maintenance, test channels')
    .description(
      'List, show, label, accept, mute and resend the alerts of a running strayd over its HTTP API, tell it of maintenance, and test its channels.',
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(labelCommand())
    .addCommand(muteCommand())
    .addCommand(maintenanceCommand())
    .addCommand(acceptCommand())
    .addCommand(resendCommand())
    .addCommand(testChannelCommand());
}

function listCommand(): Command {
  return withUrlOptions(new Command('list'))
    .description('the newest alerts, also those that observe mode did not send')
    .option('-d, --detector <name>', 'only of this detector')
    .option('-e, --entity <entity>', 'only of this entity')
    .addOption(
      new Option('-s, --state <state>', 'only in this state').choices(['pending', 'firing', 'resolved']),
    )
    .option('-i, --incident <id>', 'only those told with this incident')
    .option('-n, --limit <count>', 'at most so many', wholeNumber(1, 1000), 50)
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      for (const key of ['detector', 'entity', 'state', 'incident'] as const) {
        const value = options[key];
        if (value !== undefined) query.set(key, value);
      }
      const { alerts } = (await (await clientOf(options)).get(`/api/v1/alerts?${query.toString()}`)) as {
        readonly alerts: readonly AlertView[];
      };
      process.stdout.write(
        `${options.json === true ? JSON.stringify(alerts, null, 2) : alertTable(alerts)}\n`,
      );
    });
}

function alertTable(alerts: readonly AlertView[]): string {
  if (alerts.length === 0) return 'No alerts.';
  const rows = alerts.map(({ alert, label, incident, deliver, since }) => [
    alert.id,
    alert.state,
    since,
    alert.detector,
    alert.entity,
    alert.kind,
    // A rule's alert has no score.
    alert.peakScore > 0 ? alert.peakScore.toFixed(2) : '–',
    alert.contributions[0]?.feature ?? '',
    deliver ? 'yes' : 'no',
    incident ?? '',
    label ?? '',
  ]);
  return renderTable(
    [
      'id',
      'state',
      'since',
      'detector',
      'entity',
      'kind',
      'score',
      'feature',
      'deliver',
      'incident',
      'label',
    ],
    rows,
  );
}

function showCommand(): Command {
  return withUrlOptions(new Command('show'))
    .description('one alert in words')
    .argument('<id>', 'as "alerts list" shows it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: UrlOptions & { json?: true }) => {
      const view = (await (
        await clientOf(options)
      ).get(`/api/v1/alerts/${encodeURIComponent(id)}`)) as AlertView;
      process.stdout.write(
        `${options.json === true ? JSON.stringify(view, null, 2) : printable(view.text, true)}\n`,
      );
    });
}

function labelCommand(): Command {
  return withUrlOptions(new Command('label'))
    .description(
      'say what an alert was; training leaves real and planned ones out, and learns from false ones',
    )
    .argument('<id>', 'as "alerts list" shows it')
    .addArgument(new Argument('<label>').choices(['real', 'planned', 'false']))
    .action(async (id: string, label: string, options: UrlOptions) => {
      await (await clientOf(options)).post(`/api/v1/alerts/${encodeURIComponent(id)}/label`, { label });
      process.stdout.write(`${id} is labelled ${label}.\n`);
    });
}
