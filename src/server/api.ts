import type { FastifyInstance } from 'fastify';
import type { AlertState } from '../pipeline/effects.ts';
import type { AlertFilter, AlertLabel, Backend } from './backend.ts';
import { registerLevelsApi } from './levels-api.ts';
import { registerModelsApi } from './models-api.ts';
import { sendProblem } from './problem.ts';

const STATES: readonly AlertState[] = ['pending', 'firing', 'resolved'];
const LABELS: readonly AlertLabel[] = ['real', 'planned', 'false'];
const DEFAULT_LIMIT = 100;
const MOST_ALERTS = 1000;

interface AlertQuery {
  readonly detector?: string;
  readonly entity?: string;
  readonly state?: AlertState;
  readonly incident?: string;
  readonly limit?: number;
}

const alertQuerySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    detector: { type: 'string' },
    entity: { type: 'string' },
    state: { enum: STATES },
    incident: { type: 'string' },
    limit: { type: 'integer', minimum: 1, maximum: MOST_ALERTS },
  },
};

const labelBodySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['label'],
  properties: { label: { enum: LABELS } },
};

/** Routes under /api/v1: reading alerts and dead letters, labelling an alert, models, starting and cancelling a training run. */
export function registerApi(server: FastifyInstance, backend: Backend): void {
  server.get('/api/v1/status', () => backend.status());

  server.get<{ Querystring: AlertQuery }>(
    '/api/v1/alerts',
    { schema: { querystring: alertQuerySchema } },
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

  server.get<{ Params: { id: string } }>('/api/v1/alerts/:id', (request, reply) => {
    const view = backend.alert(request.params.id);
    return view ?? sendProblem(reply, noSuchAlert(request.params.id));
  });

  server.post<{ Params: { id: string }; Body: { label: AlertLabel } }>(
    '/api/v1/alerts/:id/label',
    { schema: { body: labelBodySchema } },
    async (request, reply) => {
      const known = await backend.label(request.params.id, request.body.label);
      if (!known) return sendProblem(reply, noSuchAlert(request.params.id));
      return { id: request.params.id, label: request.body.label };
    },
  );

  registerLevelsApi(server, backend);
  registerModelsApi(server, backend);

  server.get('/api/v1/dead-letters', () => ({ reasons: backend.deadLetters() }));

  server.post<{ Params: { name: string } }>('/api/v1/detectors/:name/train', (request, reply) => {
    const { name } = request.params;
    if (!backend.hasDetector(name)) return sendProblem(reply, noSuchDetector(name));
    if (backend.train(name) === 'busy') {
      return sendProblem(reply, {
        status: 409,
        title: 'Training is under way',
        detail: 'One training run goes at a time; ask again when it has ended.',
      });
    }
    return reply.code(202).send({ detector: name, training: 'started' });
  });

  server.post<{ Params: { name: string } }>('/api/v1/detectors/:name/train/cancel', (request, reply) => {
    const { name } = request.params;
    if (!backend.hasDetector(name)) return sendProblem(reply, noSuchDetector(name));
    if (!backend.cancelTraining(name)) {
      return sendProblem(reply, {
        status: 409,
        title: 'No training is under way',
        detail: `Detector ${name} is not being trained, nor does it wait for it.`,
      });
    }
    return reply.send({ detector: name, training: 'cancelled' });
  });
}

function noSuchDetector(name: string) {
  return {
    status: 404,
    title: 'No such detector',
    detail: `There is no detector ${JSON.stringify(name)}; the configuration lists them under "detectors" (GET /api/v1/status).`,
  };
}

function noSuchAlert(id: string) {
  return {
    status: 404,
    title: 'No such alert',
    detail: `There is no alert ${JSON.stringify(id)}; "strayd alerts list" shows those that there are (GET /api/v1/alerts).`,
  };
}
