import { AcceptanceRefusal } from '../app/acceptances.ts';
import { TrainAloneError } from '../app/train-alone-error.ts';
import type { AcceptanceView } from '../server/views/acceptance-view.ts';
import type { AlertView } from '../server/views/alert-view.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { readConfig } from './config-option.ts';
import { CommandError, EXIT } from './exit.ts';
import type { ModelOptions } from './model-access.ts';
import { clientOf, listenUrl } from './url-option.ts';
import { withUserFiles } from './user-files.ts';

type FiringAlert = Pick<AlertView['alert'], 'id' | 'detector' | 'entity'>;

/** Alerts and what is said of them, wherever they are. */
export interface AlertAccess {
  firing(entity: string): Promise<readonly FiringAlert[]>;
  accept(id: string): Promise<AcceptanceView>;
}

/** The strayd at `--url`; without it the configuration's store, or the daemon that has it. */
export async function alertAccess({ config: path, url, tokenFile }: ModelOptions): Promise<AlertAccess> {
  if (url !== undefined) {
    return remote(await clientOf({ url, ...(tokenFile === undefined ? {} : { tokenFile }) }));
  }
  const { config } = await readConfig(path);
  const daemon = (): AlertAccess =>
    remote(apiClient({ url: listenUrl(config.server.listen), token: config.server.token?.reveal() ?? null }));
  return {
    firing: (entity) =>
      explained(async () =>
        (await import('../app/read-alerts.ts')).readAlerts(config, { entity, state: 'firing' }),
      ),
    accept: (id) =>
      explained(async () => {
        const { acceptAlone } = await import('../app/accept-alone.ts');
        return acceptAlone(config, id) ?? daemon().accept(id);
      }),
  };
}

function remote(client: ApiClient): AlertAccess {
  return {
    firing: async (entity) => {
      const query = new URLSearchParams({ entity, state: 'firing', limit: '1000' });
      const { alerts } = (await client.get(`/api/v1/alerts?${query.toString()}`)) as {
        readonly alerts: readonly AlertView[];
      };
      return alerts.map(({ alert }) => alert);
    },
    accept: async (id) =>
      (await client.post(`/api/v1/alerts/${encodeURIComponent(id)}/accept`)) as AcceptanceView,
  };
}

async function explained<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await withUserFiles(async () => work());
  } catch (error) {
    if (error instanceof AcceptanceRefusal) {
      throw new CommandError(error.message, error.kind === 'unknown' ? EXIT.wrongUse : EXIT.failed);
    }
    if (error instanceof TrainAloneError) throw new CommandError(error.message);
    throw error;
  }
}
