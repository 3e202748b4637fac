import type { FastifyInstance } from 'fastify';
import type { Backend, DeliveryQuery, ResendRequest } from './backend.ts';
import { sendProblem } from './problem.ts';

const STATUSES: readonly NonNullable<DeliveryQuery['status']>[] = ['pending', 'delivered', 'dead'];
const DEFAULT_LIMIT = 100;
const MOST_DELIVERIES = 1000;

const querySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    status: { enum: STATUSES },
    channel: { type: 'string' },
    alert: { type: 'string' },
    limit: { type: 'integer', minimum: 1, maximum: MOST_DELIVERIES },
  },
};

const resendSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    alert: { type: 'string' },
    dead: { type: 'boolean' },
    channel: { type: 'string' },
  },
};

/** Routes under /api/v1 about what goes to the channels: reading deliveries, sending them again, trying a channel out. */
export function registerDeliveryApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: Partial<DeliveryQuery> }>(
    '/api/v1/deliveries',
    { schema: { querystring: querySchema } },
    (request) => ({ deliveries: backend.deliveries({ limit: DEFAULT_LIMIT, ...request.query }) }),
  );

  server.post<{ Body: ResendRequest }>(
    '/api/v1/deliveries/resend',
    { schema: { body: resendSchema } },
    async (request, reply) => {
      const { alert, channel, dead } = request.body;
      if (alert === undefined && dead !== true) {
        const detail = 'Name an "alert", or say "dead": true for all that were given up.';
        return sendProblem(reply, { status: 400, title: 'Nothing to send again', detail });
      }
      if (channel !== undefined && !backend.hasChannel(channel)) {
        return sendProblem(reply, noSuchChannel(channel));
      }
      return { resent: await backend.resend(request.body) };
    },
  );

  server.post<{ Params: { name: string } }>('/api/v1/channels/:name/test', async (request, reply) => {
    const { name } = request.params;
    if (!backend.hasChannel(name)) return sendProblem(reply, noSuchChannel(name));
    return { channel: name, attempts: await backend.testChannel(name) };
  });
}

function noSuchChannel(name: string) {
  return {
    status: 404,
    title: 'No such channel',
    detail: `There is no channel ${JSON.stringify(name)}; the configuration lists them under "channels".`,
  };
}
