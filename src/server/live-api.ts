import type { FastifyInstance } from 'fastify';
import { EventStream } from './event-stream.ts';
import type { LiveBackend } from './live-backend.ts';

const DEFAULT_RUNS = 20;
const MOST_RUNS = 100;

interface DetectorQuery {
  readonly detector?: string;
}

const detectorQuerySchema = {
  type: 'object',
  additionalProperties: false,
  properties: { detector: { type: 'string' } },
};

const runsQuerySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    detector: { type: 'string' },
    limit: { type: 'integer', minimum: 1, maximum: MOST_RUNS },
  },
};

/** Routes under /api/v1 for who watches: outline, newest scores, sources, training runs, the configuration, and live events. */
export function registerLiveApi(server: FastifyInstance, live: LiveBackend): void {
  server.get('/api/v1/detectors', () => ({ detectors: live.outline() }));

  server.get<{ Querystring: DetectorQuery }>(
    '/api/v1/scores',
    { schema: { querystring: detectorQuerySchema } },
    (request) => ({ detectors: live.scores(request.query.detector ?? null) }),
  );

  server.get('/api/v1/sources', () => ({ sources: live.sources() }));

  server.get<{ Querystring: DetectorQuery & { limit?: number } }>(
    '/api/v1/training-runs',
    { schema: { querystring: runsQuerySchema } },
    ({ query }) => ({ runs: live.trainingRuns(query.detector ?? null, query.limit ?? DEFAULT_RUNS) }),
  );

  server.get('/api/v1/config', () => ({ yaml: live.configuration() }));

  const stream = new EventStream();
  const stop = live.watch((update) => stream.send('update', update));
  server.addHook('onClose', () => {
    stop();
    stream.close();
  });
  server.get('/api/v1/events', (_request, reply) => stream.add(reply));
}
