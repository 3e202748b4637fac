import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import { sendProblem } from './problem.ts';
import { incidentQuery, incidentView } from './views/incident-view.ts';
import { pathParameters } from './views/path-parameters.ts';
import { listOf } from './views/view.ts';

const DEFAULT_LIMIT = 100;

/** Routes under /api/v1 about incidents: the list, newest first, and one with all its alerts. */
export function registerIncidentsApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: z.infer<typeof incidentQuery> }>(
    '/api/v1/incidents',
    described({
      id: 'listIncidents',
      tag: 'alerts',
      summary: 'Incidents, newest first',
      query: incidentQuery,
      answers: [
        { text: 'What fits, at most `limit`.', schema: z.object({ incidents: listOf(incidentView) }) },
      ],
    }),
    (request) => ({ incidents: backend.incidents({ limit: DEFAULT_LIMIT, ...request.query }) }),
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/incidents/:id',
    described({
      id: 'showIncident',
      tag: 'alerts',
      summary: 'One incident with all its alerts',
      path: pathParameters.incident,
      answers: [{ text: 'The incident.', schema: incidentView }],
      problems: { 404: 'There is no such incident.' },
    }),
    (request, reply) => {
      const { id } = request.params;
      const view = backend.incident(id);
      if (view !== null) return view;
      const detail = `There is no incident ${JSON.stringify(id)}; GET /api/v1/incidents lists them.`;
      return sendProblem(reply, { status: 404, title: 'No such incident', detail });
    },
  );
}
