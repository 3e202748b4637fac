import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import { sendProblem } from './problem.ts';
import { alertQuery, alertView, labelAnswer, labelRequest, type AlertFilter } from './views/alert-view.ts';
import { pathParameters } from './views/path-parameters.ts';
import { listOf } from './views/view.ts';

const DEFAULT_LIMIT = 100;

/** Routes under /api/v1 about single alerts: the list, one of them, and what people say that it was. */
export function registerAlertsApi(server: FastifyInstance, backend: Backend): void {
  server.get<{ Querystring: z.infer<typeof alertQuery> }>(
    '/api/v1/alerts',
    described({
      id: 'listAlerts',
      tag: 'alerts',
      summary: 'Alerts, newest first',
      query: alertQuery,
      answers: [{ text: 'What fits, at most `limit`.', schema: z.object({ alerts: listOf(alertView) }) }],
      problems: { 404: 'Nothing fits, and the detector or entity named is not there.' },
    }),
    (request, reply) => {
      const { limit = DEFAULT_LIMIT, ...rest } = request.query;
      const filter: AlertFilter = { ...rest, limit };
      const alerts = backend.alerts(filter);
      // Only then: alerts of what is configured or watched no more are still on record.
      const detail = alerts.length === 0 ? backend.unknownSubject(filter) : null;
      if (detail !== null) return sendProblem(reply, { status: 404, title: 'No such thing', detail });
      return { alerts };
    },
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/alerts/:id',
    described({
      id: 'showAlert',
      tag: 'alerts',
      summary: 'One alert',
      path: pathParameters.alert,
      answers: [{ text: 'The alert.', schema: alertView }],
      problems: { 404: 'There is no such alert.' },
    }),
    (request, reply) => {
      const view = backend.alert(request.params.id);
      return view ?? sendProblem(reply, noSuchAlert(request.params.id));
    },
  );

  server.post<{ Params: { id: string }; Body: z.infer<typeof labelRequest> }>(
    '/api/v1/alerts/:id/label',
    described({
      id: 'labelAlert',
      tag: 'alerts',
      summary: 'Say what an alert was',
      text: 'Trainings leave out what is labelled `real` or `planned`, and thresholds are refit without it.',
      path: pathParameters.alert,
      body: labelRequest,
      answers: [{ text: 'It is labelled.', schema: labelAnswer }],
      problems: { 404: 'There is no such alert.' },
    }),
    async (request, reply) => {
      const known = await backend.label(request.params.id, request.body.label);
      if (!known) return sendProblem(reply, noSuchAlert(request.params.id));
      return { id: request.params.id, label: request.body.label };
    },
  );
}

function noSuchAlert(id: string) {
  return {
    status: 404,
    title: 'No such alert',
    detail: `There is no alert ${JSON.stringify(id)}; "strayd alerts list" shows those that there are (GET /api/v1/alerts).`,
  };
}
