import type { quietAlone } from '../app/quiet-alone.ts';
import { TrainAloneError } from '../app/train-alone-error.ts';
import type { MaintenanceRequest, MuteRequest, WindowView } from '../server/views/window-view.ts';
import type { Outcome } from '../server/outcome.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { readConfig } from './config-option.ts';
import { CommandError, EXIT } from './exit.ts';
import type { ModelOptions } from './model-access.ts';
import { clientOf, listenUrl } from './url-option.ts';

/** Mutes and maintenance, wherever they are kept. */
export interface QuietAccess {
  list(kind: 'mutes' | 'maintenance'): Promise<readonly WindowView[]>;
  mute(request: MuteRequest): Promise<WindowView>;
  maintain(request: MaintenanceRequest): Promise<WindowView>;
  remove(kind: 'mutes' | 'maintenance', id: string): Promise<void>;
}

/** The strayd at `--url`; without it the configuration's store, or the daemon that has it. */
export async function quietAccess({ config: path, url, tokenFile }: ModelOptions): Promise<QuietAccess> {
  if (url !== undefined) {
    return remote(await clientOf({ url, ...(tokenFile === undefined ? {} : { tokenFile }) }));
  }
  const { config } = await readConfig(path);
  const daemon = remote(
    apiClient({ url: listenUrl(config.server.listen), token: config.server.token?.reveal() ?? null }),
  );
  const here = async <T>(work: Parameters<typeof quietAlone<T>>[1], there: () => Promise<T>): Promise<T> => {
    try {
      const alone = await import('../app/quiet-alone.ts');
      return (await alone.quietAlone(config, work)) ?? (await there());
    } catch (error) {
      if (error instanceof TrainAloneError) throw new CommandError(error.message);
      throw error;
    }
  };
  return {
    list: (kind) =>
      here(
        (quiet) => quiet.windows(kind === 'mutes' ? ['mute'] : ['maintenance', 'silence']),
        () => daemon.list(kind),
      ),
    mute: (request) =>
      here(
        async (quiet) => done(await quiet.mute(request)),
        () => daemon.mute(request),
      ),
    maintain: (request) =>
      here(
        async (quiet) => done(await quiet.maintain(request)),
        () => daemon.maintain(request),
      ),
    remove: async (kind, id) => {
      await here(
        async (quiet) => {
          done(await quiet.removeWindow(id, kind === 'mutes' ? 'mute' : 'maintenance'));
          return id;
        },
        async () => {
          await daemon.remove(kind, id);
          return id;
        },
      );
    },
  };
}

function remote(client: ApiClient): QuietAccess {
  return {
    list: async (kind) => {
      const answer = (await client.get(`/api/v1/${kind}`)) as Record<string, readonly WindowView[]>;
      return answer[kind] ?? [];
    },
    mute: async (request) => (await client.post('/api/v1/mutes', request)) as WindowView,
    maintain: async (request) => (await client.post('/api/v1/maintenance', request)) as WindowView,
    remove: async (kind, id) => {
      await client.remove(`/api/v1/${kind}/${encodeURIComponent(id)}`);
    },
  };
}

function done<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value;
  throw new CommandError(outcome.detail, EXIT.wrongUse);
}
