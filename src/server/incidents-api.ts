import type { FastifyInstance } from 'fastify';
import type { Backend, IncidentFilter } from './backend.ts';
import { sendProblem } from './problem.ts';

const DEFAULT_LIMIT = 100;
const MOST_INCIDENTS = 1000;

const querySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    detector: { type: 'string' },
    state: { enum: ['open', 'resolved'] },
    limit: { type: 'integer', minimum: 1, maximum: MOST_INCIDENTS },
  },
};

/** Routes under /api/v1 about incidents: the list, newest first, and one with all its alerts. */
export function registerIncidentsApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: Partial<IncidentFilter> }>(
    '/api/v1/incidents',
    { schema: { querystring: querySchema } },
    (request) => ({ incidents: backend.incidents({ limit: DEFAULT_LIMIT, ...request.query }) }),
  );

  server.get<{ Params: { id: string } }>('/api/v1/incidents/:id', (request, reply) => {
    const { id } = request.params;
    const view = backend.incident(id);
    if (view !== null) return view;
    const detail = `There is no incident ${JSON.stringify(id)}; GET /api/v1/incidents lists them.`;
    return sendProblem(reply, { status: 404, title: 'No such incident', detail });
  });
}
