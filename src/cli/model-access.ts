import { Option, type Command } from 'commander';
import { ModelRefusal } from '../app/model-refusal.ts';
import { TrainAloneError } from '../app/train-alone-error.ts';
import type { ModelView } from '../server/views/model-view.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { configOption, readConfig } from './config-option.ts';
import { CommandError, EXIT } from './exit.ts';
import { clientOf, httpUrl, listenUrl } from './url-option.ts';
import { withUserFiles } from './user-files.ts';

export interface ModelOptions {
  readonly config: string;
  readonly url?: string;
  readonly tokenFile?: string;
}

/** The kept models, wherever they are. */
export interface ModelAccess {
  list(): Promise<readonly ModelView[]>;
  file(version: string): Promise<Uint8Array>;
  rollBack(detector: string, version: string | null): Promise<ModelView>;
  take(bytes: Uint8Array): Promise<ModelView>;
}

/** Adds the options that say where the models are. */
export function withModelOptions(command: Command): Command {
  return command
    .addOption(configOption())
    .addOption(
      new Option('-u, --url <url>', 'ask the strayd there, instead of the store of the configuration')
        .env('STRAYD_URL')
        .argParser(httpUrl),
    )
    .addOption(new Option('--token-file <file>', 'with --url: file with server.token'));
}

/**
 * The strayd at `--url`; without it the configuration's store: reading works beside a daemon, and what changes something asks the
 * daemon if one has the store.
 */
export async function modelAccess({ config: path, url, tokenFile }: ModelOptions): Promise<ModelAccess> {
  if (url !== undefined) {
    return remote(await clientOf({ url, ...(tokenFile === undefined ? {} : { tokenFile }) }));
  }
  const { config } = await readConfig(path);
  const alone = await import('../app/models-alone.ts');
  const daemon = (): ModelAccess =>
    remote(apiClient({ url: listenUrl(config.server.listen), token: config.server.token?.reveal() ?? null }));
  return {
    list: () => explained(() => alone.readModels(config)),
    file: (version) => explained(() => alone.readModelFile(config, version)),
    rollBack: (detector, version) =>
      explained(async () => {
        const spec = config.detectors.find(({ name }) => name === detector);
        if (spec === undefined) {
          const names = config.detectors.map(({ name }) => name).join(', ');
          throw new ModelRefusal(
            'unknown',
            `There is no detector ${JSON.stringify(detector)}; the configuration has ${names}.`,
          );
        }
        return (await alone.rollBackAlone(config, spec, version)) ?? daemon().rollBack(detector, version);
      }),
    take: (bytes) => explained(async () => (await alone.importAlone(config, bytes)) ?? daemon().take(bytes)),
  };
}

function remote(client: ApiClient): ModelAccess {
  return {
    list: async () =>
      ((await client.get('/api/v1/models')) as { readonly models: readonly ModelView[] }).models,
    file: (version) => client.download(`/api/v1/models/${encodeURIComponent(version)}/file`),
    rollBack: async (detector, version) =>
      (await client.post(
        `/api/v1/detectors/${encodeURIComponent(detector)}/rollback`,
        version === null ? {} : { version },
      )) as ModelView,
    take: async (bytes) => (await client.upload('/api/v1/models', bytes)) as ModelView,
  };
}

async function explained<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await withUserFiles(async () => work());
  } catch (error) {
    if (error instanceof ModelRefusal) {
      throw new CommandError(error.message, error.kind === 'unknown' ? EXIT.wrongUse : EXIT.failed);
    }
    if (error instanceof TrainAloneError) throw new CommandError(error.message);
    throw error;
  }
}
