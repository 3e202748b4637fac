import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import { sendProblem } from './problem.ts';
import {
  attemptView,
  deliveryQuery,
  deliveryView,
  resendRequest,
  type ResendRequest,
} from './views/delivery-view.ts';
import { pathParameters } from './views/path-parameters.ts';
import { listOf } from './views/view.ts';

const DEFAULT_LIMIT = 100;

/** Routes under /api/v1 about what goes to the channels: reading deliveries, sending them again, trying a channel out. */
export function registerDeliveryApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: z.infer<typeof deliveryQuery> }>(
    '/api/v1/deliveries',
    described({
      id: 'listDeliveries',
      tag: 'deliveries',
      summary: 'Notifications on their way to the channels, newest first',
      query: deliveryQuery,
      answers: [
        { text: 'What fits, at most `limit`.', schema: z.object({ deliveries: listOf(deliveryView) }) },
      ],
    }),
    (request) => ({ deliveries: backend.deliveries({ limit: DEFAULT_LIMIT, ...request.query }) }),
  );

  server.post<{ Body: ResendRequest }>(
    '/api/v1/deliveries/resend',
    described({
      id: 'resend',
      tag: 'deliveries',
      summary: 'Send again what was given up, or all of an incident',
      body: resendRequest,
      answers: [{ text: 'How many are sent again.', schema: z.object({ resent: z.int() }) }],
      problems: { 404: 'There is no such channel.' },
    }),
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

  server.post<{ Params: { name: string } }>(
    '/api/v1/channels/:name/test',
    described({
      id: 'testChannel',
      tag: 'deliveries',
      summary: 'Send a test alert and its end through a channel',
      path: pathParameters.channel,
      answers: [
        {
          text: 'What came back of each; whether it went well is in `ok`.',
          schema: z.object({ channel: z.string(), attempts: listOf(attemptView) }),
        },
      ],
      problems: { 404: 'There is no such channel.' },
    }),
    async (request, reply) => {
      const { name } = request.params;
      if (!backend.hasChannel(name)) return sendProblem(reply, noSuchChannel(name));
      return { channel: name, attempts: await backend.testChannel(name) };
    },
  );
}

function noSuchChannel(name: string) {
  return {
    status: 404,
    title: 'No such channel',
    detail: `There is no channel ${JSON.stringify(name)}; the configuration lists them under "channels".`,
  };
}
