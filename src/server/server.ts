import { timingSafeEqual, createHash } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerAlertsApi } from './alerts-api.ts';
import { registerExplainApi } from './explain-api.ts';
import { registerIncidentsApi } from './incidents-api.ts';
import { registerDeliveryApi } from './delivery-api.ts';
import type { Backend } from './backend.ts';
import { registerWindowsApi } from './windows-api.ts';
import type { ConsoleFiles } from './console-files.ts';
import { isConsolePath, registerConsole } from './console-routes.ts';
import { foreignSite } from './foreign-site.ts';
import type { DryRunBackend } from './dry-run.ts';
import { registerDryRunApi } from './dry-run-api.ts';
import { registerLevelsApi } from './levels-api.ts';
import { registerModelsApi } from './models-api.ts';
import { registerOpenApi } from './openapi-api.ts';
import { registerLiveApi } from './live-api.ts';
import type { LiveBackend } from './live-backend.ts';
import { sendProblem } from './problem.ts';
import { registerReloadApi } from './reload-api.ts';
import { registerServiceApi } from './service-api.ts';
import { registerTrainingApi } from './training-api.ts';
import type { ReloadAnswer } from './views/reload-view.ts';
import { refuseUnasked, strictRequests } from './strict-requests.ts';

const MOST_BODY_BYTES = 64 * 1024;
/** Probes and the scrape have no secrets in them, but label values can be: only probes, and the console's own files, go without a token. */
const OPEN_PATHS = new Set(['/healthz', '/readyz']);

export interface ServerOptions {
  readonly backend: Backend;
  /** Asked for as `Authorization: Bearer …` on everything but the probes; `null` = none (loopback only). A function: it may change. */
  readonly token: string | null | (() => string | null);
  /** Loads the configuration file anew; absent: that route is not there. */
  readonly reload?: () => Promise<ReloadAnswer>;
  /** What can be watched live; absent: those routes are not there. */
  readonly live?: LiveBackend;
  /** What tries an edited configuration; absent: those routes are not there. */
  readonly dryRun?: DryRunBackend;
  /** The browser's side; `null` or absent: not built. */
  readonly console?: ConsoleFiles | null;
}

/**
 * The HTTP side: /metrics, /healthz, /readyz, /api/v1 and the console on /. Not listening yet; `inject()` tests it without a socket.
 * Errors are answered as `application/problem+json`.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { backend, token, reload, live, dryRun, console = null } = options;
  const server = Fastify({
    logger: false,
    bodyLimit: MOST_BODY_BYTES,
    forceCloseConnections: true,
    ...strictRequests,
  });
  refuseUnasked(server);

  server.addHook('onRequest', async (request, reply) => {
    const reason = foreignSite(request);
    if (reason === null) return;
    await sendProblem(reply, {
      status: 403,
      title: 'A page of another site may change nothing here',
      detail: `${reason} Open strayd's own address, and pass the Host header on if a proxy stands before it.`,
    });
  });
  server.addHook('onRequest', async (request, reply) => {
    const wanted = typeof token === 'function' ? token() : token;
    if (wanted === null || OPEN_PATHS.has(request.url) || isConsolePath(request.url)) return;
    const given = digest(request.headers.authorization ?? '');
    if (timingSafeEqual(given, digest(`Bearer ${wanted}`))) return;
    await sendProblem(reply.header('www-authenticate', 'Bearer'), {
      status: 401,
      title: 'A token is needed',
      detail: 'Send the header "Authorization: Bearer <server.token>".',
    });
  });

  server.setErrorHandler<Error & { statusCode?: number; validation?: unknown }>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    const title = error.validation === undefined ? 'The request failed' : 'The request is not valid';
    return sendProblem(reply, { status, title, detail: error.message });
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, {
      status: 404,
      title: 'No such path',
      detail: `${request.method} ${request.url} does not exist; there are / (the console), /metrics, /healthz, /readyz and /api/v1/….`,
    }),
  );

  registerOpenApi(server);
  registerServiceApi(server, backend);
  registerAlertsApi(server, backend);
  registerLevelsApi(server, backend);
  registerIncidentsApi(server, backend);
  registerDeliveryApi(server, backend);
  registerExplainApi(server, backend);
  registerWindowsApi(server, backend);
  registerModelsApi(server, backend);
  registerTrainingApi(server, backend);
  if (reload !== undefined) registerReloadApi(server, reload);
  if (live !== undefined) registerLiveApi(server, live);
  if (dryRun !== undefined) registerDryRunApi(server, dryRun);
  registerConsole(server, console);
  return server;
}

/** Equal length for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
