import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import type { Outcome } from './outcome.ts';
import { sendProblem } from './problem.ts';
import { acceptanceView, deployEvent, type DeployEvent } from './views/acceptance-view.ts';
import { pathParameters } from './views/path-parameters.ts';
import { listOf } from './views/view.ts';

/** Routes by which people say that a new level is normal: of one alert, or of all that a deployment brings. */
export function registerLevelsApi(server: FastifyInstance, backend: Backend): void {
  server.post<{ Params: { id: string } }>(
    '/api/v1/alerts/:id/accept',
    described({
      id: 'acceptAlert',
      tag: 'alerts',
      summary: 'Take the level of a firing alert for a new normal',
      path: pathParameters.alert,
      answers: [{ status: 202, text: 'What is taken for normal from now on.', schema: acceptanceView }],
      problems: { 404: 'There is no such alert.', 409: 'It has no level that could be accepted.' },
    }),
    async (request, reply) => answer(reply, await backend.accept(request.params.id), (accepted) => accepted),
  );

  server.post<{ Body: DeployEvent }>(
    '/api/v1/events/deploy',
    described({
      id: 'tellDeployment',
      tag: 'alerts',
      summary: 'Tell of a deployment, whose new levels are normal',
      body: deployEvent,
      answers: [
        {
          status: 202,
          text: 'What is taken for normal from now on, one a detector.',
          schema: z.object({ accepted: listOf(acceptanceView) }),
        },
      ],
      problems: {
        404: 'The detector or entity named is not there.',
        409: 'There is nothing that could be accepted.',
      },
    }),
    async (request, reply) => {
      const { entity, match } = request.body;
      if ((entity === undefined) === (match === undefined)) {
        const detail =
          'Name either the "entity", or a "match" on entity labels such as {"match": "{instance=~\\"web-.*\\"}"}.';
        return sendProblem(reply, { status: 400, title: 'What was deployed?', detail });
      }
      return answer(reply, await backend.deployed(request.body), (accepted) => ({ accepted }));
    },
  );
}

const PROBLEMS = {
  unknown: { status: 404, title: 'No such thing' },
  refused: { status: 409, title: 'Nothing to accept' },
  invalid: { status: 400, title: 'The request is not valid' },
} as const;

function answer<T>(reply: FastifyReply, outcome: Outcome<T>, show: (value: T) => object) {
  if (outcome.kind === 'done') return reply.code(202).send(show(outcome.value));
  return sendProblem(reply, { ...PROBLEMS[outcome.kind], detail: outcome.detail });
}
