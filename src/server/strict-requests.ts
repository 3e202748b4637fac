import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { requestFault } from './request-fault.ts';
import { sendProblem } from './problem.ts';

const nothing = { type: ['object', 'null'], additionalProperties: false, properties: {} };

/** The longest address that Node takes; an entity's name may be long, and each of its characters may take three. */
const MOST_PATH_CHARACTERS = 16 * 1024;
/** Time for a whole request: a large model file over a slow line. Fastify's own is none. */
const MOST_REQUEST_MS = 10 * 60_000;

/**
 * Fastify's options by which a key that a schema does not know is refused by name (by default it is dropped: a mistyped `entity`
 * would then mute everything), requests have bounds, and what fastify itself refuses is answered as a problem too.
 */
export const strictRequests = {
  ajv: { customOptions: { removeAdditional: false, verbose: true } },
  schemaErrorFormatter: requestFault,
  routerOptions: { maxParamLength: MOST_PATH_CHARACTERS },
  requestTimeout: MOST_REQUEST_MS,
  frameworkErrors: (error, _request, reply) => {
    const detail = `${error.message}. Write each part of the path with percent signs, as encodeURIComponent does.`;
    void sendProblem(reply, { status: error.statusCode ?? 400, title: 'The address is not valid', detail });
  },
} satisfies FastifyServerOptions;

/** Routes of the API that are added from now on and say nothing of a query or a body take none. */
export function refuseUnasked(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/v1/')) return;
    const takesBody = [route.method].flat().includes('POST');
    route.schema = { querystring: nothing, ...(takesBody ? { body: nothing } : {}), ...route.schema };
  });
}
