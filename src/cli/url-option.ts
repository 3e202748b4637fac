import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { apiClient, type ApiClient } from './api-client.ts';
import { withUserFiles } from './user-files.ts';

export interface UrlOptions {
  readonly url: string;
  readonly tokenFile?: string;
}

/** Adds `--url` and `--token-file` to a command that speaks to a running daemon. */
export function withUrlOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-u, --url <url>', 'address of the running strayd')
        .env('STRAYD_URL')
        .argParser(httpUrl)
        .default('http://127.0.0.1:9477'),
    )
    .addOption(
      new Option('--token-file <file>', 'file with server.token, if strayd listens beyond loopback'),
    );
}

/** The client that these options describe. */
export function clientOf({ url, tokenFile }: UrlOptions): Promise<ApiClient> {
  return withUserFiles(() =>
    apiClient({ url, token: tokenFile === undefined ? null : readFileSync(tokenFile, 'utf8').trim() }),
  );
}

/** Where a daemon of this configuration is reached from the same machine. */
export function listenUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Parser of an option that takes the address of a strayd. */
export function httpUrl(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Write it as http://127.0.0.1:9477.');
}
