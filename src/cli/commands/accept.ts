import { Command } from 'commander';
import { alertAccess, type AlertAccess } from '../alert-access.ts';
import { CommandError, EXIT } from '../exit.ts';
import { withModelOptions, type ModelOptions } from '../model-access.ts';
import { printable } from '../../core/printable.ts';

interface AcceptOptions extends ModelOptions {
  readonly entity?: string;
  readonly detector?: string;
  readonly json?: true;
}

/** `strayd alerts accept`: what an alert tells of is a new normal, not a fault. */
export function acceptCommand(): Command {
  return withModelOptions(new Command('accept'))
    .description(
      'take the level that a firing alert tells of for a new normal: it ends as accepted once enough rows tell what the level is, and neither the level nor the way back is an alert',
    )
    .argument('[id]', 'as "alerts list" shows it')
    .option('-e, --entity <entity>', 'the alerts of this entity that fire, instead of an id')
    .option('-d, --detector <name>', 'with --entity: only of this detector')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: AcceptOptions) => {
      if ((id === undefined) === (options.entity === undefined)) {
        throw new CommandError('Name an alert by its id, or its entity with --entity.', EXIT.wrongUse);
      }
      const access = await alertAccess(options);
      const ids = id === undefined ? await firingOf(access, options) : [id];
      const accepted = [];
      for (const one of ids) accepted.push({ id: one, ...(await access.accept(one)) });
      const lines = accepted.map(
        ({ id: alert, detector, entity }) =>
          `${alert} of ${printable(entity ?? '')} (${detector}) is accepted: it ends once its new level is known.`,
      );
      process.stdout.write(
        `${options.json === true ? JSON.stringify(accepted, null, 2) : lines.join('\n')}\n`,
      );
    });
}

async function firingOf(access: AlertAccess, { entity = '', detector }: AcceptOptions): Promise<string[]> {
  const firing = await access.firing(entity);
  const ids = firing.flatMap((alert) =>
    detector === undefined || alert.detector === detector ? [alert.id] : [],
  );
  if (ids.length > 0) return ids;
  const where = detector === undefined ? '' : ` in detector ${JSON.stringify(detector)}`;
  throw new CommandError(
    `No alert of ${JSON.stringify(entity)} fires${where}; "strayd alerts list --state firing" shows those that do.`,
    EXIT.wrongUse,
  );
}
