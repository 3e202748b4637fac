import type { OpenApiDocument } from '../../src/server/openapi/openapi-document.ts';
import type { Backend } from '../../src/server/backend.ts';
import type { DryRunBackend } from '../../src/server/dry-run.ts';
import type { LiveBackend } from '../../src/server/live-backend.ts';
import { createServer } from '../../src/server/server.ts';

/** A server with every route and nothing behind them. */
export function emptyServer() {
  const live = { watch: () => () => undefined } as unknown as LiveBackend;
  return createServer({
    backend: {} as Backend,
    token: null,
    live,
    dryRun: {} as DryRunBackend,
    reload: () => Promise.reject(new Error('nothing is behind it')),
  });
}

/** What a running strayd serves as `/api/v1/openapi.json`. */
export async function apiDocument(): Promise<OpenApiDocument> {
  const server = emptyServer();
  const { body } = await server.inject('/api/v1/openapi.json');
  await server.close();
  return JSON.parse(body) as OpenApiDocument;
}
