import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import type { Outcome } from './outcome.ts';
import { sendProblem } from './problem.ts';
import { entitySteps, explainQuery, rangeQuery } from './views/entity-steps.ts';
import { pathParameters } from './views/path-parameters.ts';
import { stepExplanation } from './views/step-explanation.ts';

const NOT_KEPT = 'The detector or entity is not there, or nothing of that time is kept.';

/** Routes under /api/v1 that look back at kept steps: why one did or did not fire, and seen against expected over a range. */
export function registerExplainApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: z.infer<typeof explainQuery> }>(
    '/api/v1/explain',
    described({
      id: 'explain',
      tag: 'alerts',
      summary: 'Why an alert did or did not fire at one step',
      query: explainQuery,
      answers: [{ text: 'The explanation.', schema: stepExplanation }],
      problems: { 404: NOT_KEPT },
    }),
    async (request, reply) => {
      const { detector, entity, at = null } = request.query;
      return answer(reply, await backend.explain({ detector, entity, at }));
    },
  );

  server.get<{
    Params: { readonly detector: string; readonly entity: string };
    Querystring: z.infer<typeof rangeQuery>;
  }>(
    '/api/v1/entities/:detector/:entity/steps',
    described({
      id: 'entitySteps',
      tag: 'watching',
      summary: 'An entity’s features, seen against expected, over a range',
      path: pathParameters.entity,
      query: rangeQuery,
      answers: [{ text: 'The newest steps of the range.', schema: entitySteps }],
      problems: { 404: NOT_KEPT },
    }),
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
