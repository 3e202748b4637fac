import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Backend, DeployEvent, Outcome } from './backend.ts';
import { sendProblem } from './problem.ts';

const text = { type: 'string', minLength: 1 };

const deploySchema = {
  type: 'object',
  additionalProperties: false,
  properties: { detector: text, entity: text, match: text, time: { type: 'string', format: 'date-time' } },
};

/** Routes by which people say that a new level is normal: of one alert, or of all that a deployment brings. */
export function registerLevelsApi(server: FastifyInstance, backend: Backend): void {
  server.post<{ Params: { id: string } }>('/api/v1/alerts/:id/accept', async (request, reply) =>
    answer(reply, await backend.accept(request.params.id), (accepted) => accepted),
  );

  server.post<{ Body: DeployEvent }>(
    '/api/v1/events/deploy',
    { schema: { body: deploySchema } },
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
