import { timingSafeEqual, createHash } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
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
import { isOwnHost } from './own-host.ts';
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
  /** `server.external_url`, whose host is answered without a token too; absent: `null`. */
  readonly externalUrl?: () => string | null;
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
  const { backend, token, reload, live, dryRun, console = null, externalUrl = () => null } = options;
  const server = Fastify({
    logger: false,
    bodyLimit: MOST_BODY_BYTES,
    forceCloseConnections: true,
    ...strictRequests,
  });
  refuseUnasked(server);
  const currentToken = (): string | null => (typeof token === 'function' ? token() : token);

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
    reply.header('x-content-type-options', 'nosniff');
    if (currentToken() !== null || OPEN_PATHS.has(request.url)) return;
    if (isOwnHost(request.headers.host, externalUrl())) return;
    await sendProblem(reply, {
      status: 421,
      title: 'Another host is meant',
      detail:
        `The request is to ${JSON.stringify(request.headers.host)}. Without a token strayd answers to IP addresses, to "localhost" and to the host of ` +
        'server.external_url: set that, or server.token.',
    });
  });
  server.addHook('onRequest', async (request, reply) => {
    const wanted = currentToken();
    if (wanted === null || OPEN_PATHS.has(request.url) || isConsolePath(request.url)) return;
    // The scheme's case does not matter (RFC 9110).
    const given = digest((request.headers.authorization ?? '').replace(/^bearer /i, 'Bearer '));
    if (timingSafeEqual(given, digest(`Bearer ${wanted}`))) return;
    await sendProblem(reply.header('www-authenticate', 'Bearer'), {
      status: 401,
      title: 'A token is needed',
      detail: 'Send the header "Authorization: Bearer <server.token>".',
    });
  });

  const methodsAt = registerOpenApi(server);
  server.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    const title = status < 500 ? 'The request is not valid' : 'The request failed';
    return sendProblem(reply, { status, title, detail: wayOut(status, request) ?? error.message });
  });
  server.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(request.url);
    if (methods.length > 0) {
      return sendProblem(reply.header('allow', methods.join(', ')), {
        status: 405,
        title: 'Another method is wanted',
        detail: `There is no ${request.method} of ${request.url}; send ${methods.join(' or ')}.`,
      });
    }
    return sendProblem(reply, {
      status: 404,
      title: 'No such path',
      detail: `${request.method} ${request.url} does not exist; there are / (the console), /metrics, /healthz, /readyz and what /api/v1/openapi.json describes.`,
    });
  });

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

/** What to send instead, where fastify only says that it is wrong. */
function wayOut(status: number, request: FastifyRequest): string | null {
  const { bodyLimit } = request.routeOptions;
  const type = request.headers['content-type'];
  if (status === 413) return `The body may have ${bodyLimit ?? MOST_BODY_BYTES} bytes at most.`;
  if (status !== 415) return null;
  return `The body is ${type ?? 'without a type'}; send JSON with the header "content-type: application/json".`;
}

/** Equal length for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
