import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Backend, Outcome } from './backend.ts';
import { sendProblem } from './problem.ts';

const explainQuerySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['detector', 'entity'],
  properties: { detector: { type: 'string' }, entity: { type: 'string' }, at: { type: 'string' } },
};

const stepsQuerySchema = {
  type: 'object',
  additionalProperties: false,
  properties: { from: { type: 'string' }, to: { type: 'string' } },
};

/** Routes under /api/v1 that look back at kept steps: why one did or did not fire, and seen against expected over a range. */
export function registerExplainApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: { readonly detector: string; readonly entity: string; readonly at?: string } }>(
    '/api/v1/explain',
    { schema: { querystring: explainQuerySchema } },
    async (request, reply) => {
      const { detector, entity, at = null } = request.query;
      return answer(reply, await backend.explain({ detector, entity, at }));
    },
  );

  server.get<{
    Params: { readonly detector: string; readonly entity: string };
    Querystring: { readonly from?: string; readonly to?: string };
  }>(
    '/api/v1/entities/:detector/:entity/steps',
    { schema: { querystring: stepsQuerySchema } },
    async (request, reply) => {
      const { from = null, to = null } = request.query;
      return answer(reply, await backend.steps({ ...request.params, from, to }));
    },
  );
}

function answer<T>(reply: FastifyReply, outcome: Outcome<T>): T | FastifyReply {
  if (outcome.kind === 'done') return outcome.value;
  const isUnknown = outcome.kind === 'unknown';
  return sendProblem(reply, {
    status: isUnknown ? 404 : 400,
    title: isUnknown ? 'Nothing is kept of it' : 'The request is not valid',
    detail: outcome.detail,
  });
}
