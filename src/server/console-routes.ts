import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleFile, ConsoleFiles } from './console-files.ts';
import { sendProblem } from './problem.ts';

/** True for what the console is made of: it holds no data, and must be there before anybody can give a token. */
export function isConsolePath(url: string): boolean {
  return /^\/(\?|$)/.test(url) || url.startsWith('/console/') || url === '/favicon.ico';
}

/** Serves the console: the page on `/` (never cached), and its files under addresses that hold their hash (cached for ever). */
export function registerConsole(server: FastifyInstance, files: ConsoleFiles | null): void {
  server.get('/', (request, reply) => {
    if (files === null) {
      return sendProblem(reply, {
        status: 404,
        title: 'The console is not built',
        detail:
          'This strayd runs from its sources; "npm run build" makes the console, and dist/cli/main.js serves it.',
      });
    }
    reply
      .header('cache-control', 'no-cache')
      .header('content-security-policy', files.contentSecurityPolicy)
      .header('referrer-policy', 'no-referrer')
      .header('x-frame-options', 'DENY');
    return sendFile(request, reply, files.page);
  });

  server.get('/console/*', (request, reply) => {
    const file = files?.assets.get(request.url);
    if (file === undefined) {
      return sendProblem(reply, {
        status: 404,
        title: 'No such file of the console',
        detail: 'strayd was replaced by another version since the page was loaded: reload it.',
      });
    }
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return sendFile(request, reply, file);
  });

  // Browsers ask for it whatever the page says.
  server.get('/favicon.ico', (_request, reply) => reply.code(204).send());
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  reply.type(file.type).header('x-content-type-options', 'nosniff').header('vary', 'accept-encoding');
  const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  return takesGzip ? reply.header('content-encoding', 'gzip').send(file.gzipped) : reply.send(file.body);
}
