import { Command } from 'commander';
import type { DeliveryView } from '../../server/views/delivery-view.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printable } from '../../core/printable.ts';
import { renderTable } from '../table.ts';
import { clientOf, withUrlOptions, type UrlOptions } from '../url-option.ts';

interface ResendOptions extends UrlOptions {
  readonly dead?: true;
  readonly channel?: string;
  readonly json?: true;
}

/** `strayd alerts resend`: lists the deliveries that were given up, or sends some again. */
export function resendCommand(): Command {
  return withUrlOptions(new Command('resend'))
    .description(
      "send an incident's notifications again, or all that were given up; without either, list what was given up",
    )
    .argument('[id]', 'the incident or one of its alerts, as "alerts list" shows them')
    .option('--dead', 'all that were given up, and what followed them of the same incident')
    .option('-c, --channel <name>', 'only by this channel')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: ResendOptions) => {
      if (id === undefined && options.dead !== true) return listDead(options);
      const { channel, dead } = options;
      const request = {
        ...(id === undefined ? {} : { alert: id }),
        ...(dead === undefined ? {} : { dead }),
        ...(channel === undefined ? {} : { channel }),
      };
      const answer = await (await clientOf(options)).post('/api/v1/deliveries/resend', request);
      const { resent } = answer as { readonly resent: number };
      if (resent === 0) {
        const message = `Nothing to send again${id === undefined ? '' : ` of alert ${id}`}: "alerts resend" lists what was given up.`;
        throw new CommandError(message, EXIT.failed);
      }
      const text = `${resent} ${resent === 1 ? 'delivery is' : 'deliveries are'} sent again.`;
      process.stdout.write(`${options.json === true ? JSON.stringify({ resent }) : text}\n`);
    });
}

async function listDead(options: ResendOptions): Promise<void> {
  const query = new URLSearchParams({ status: 'dead', limit: '1000' });
  if (options.channel !== undefined) query.set('channel', options.channel);
  const answer = await (await clientOf(options)).get(`/api/v1/deliveries?${query.toString()}`);
  const { deliveries } = answer as { readonly deliveries: readonly DeliveryView[] };
  const text = options.json === true ? JSON.stringify(deliveries, null, 2) : deliveryTable(deliveries);
  process.stdout.write(`${text}\n`);
}

function deliveryTable(deliveries: readonly DeliveryView[]): string {
  if (deliveries.length === 0) return 'No delivery was given up.';
  const rows = deliveries.map(({ incident, channel, since, attempts, lastError }) => [
    incident,
    channel,
    since,
    String(attempts),
    printable(lastError ?? ''),
  ]);
  const table = renderTable(['incident', 'channel', 'since', 'attempts', 'last error'], rows);
  return `${table}\n\n"alerts resend --dead" sends them again.`;
}
