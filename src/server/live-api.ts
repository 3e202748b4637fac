import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { EventStream } from './event-stream.ts';
import type { LiveBackend } from './live-backend.ts';
import { described } from './openapi/operation.ts';
import { detectorOutline, detectorScores } from './views/live-view.ts';
import { detectorQuery, runsQuery, trainingRunView } from './views/model-view.ts';
import { sourceView } from './views/source-view.ts';
import { listOf } from './views/view.ts';

const DEFAULT_RUNS = 20;

/** Routes under /api/v1 for who watches: outline, newest scores, sources, training runs, the configuration, and live events. */
export function registerLiveApi(server: FastifyInstance, live: LiveBackend): void {
  server.get(
    '/api/v1/detectors',
    described({
      id: 'listDetectors',
      tag: 'watching',
      summary: 'What is watched, and how the budget is used',
      answers: [{ text: 'All detectors.', schema: z.object({ detectors: listOf(detectorOutline) }) }],
    }),
    () => ({ detectors: live.outline() }),
  );

  server.get<{ Querystring: z.infer<typeof detectorQuery> }>(
    '/api/v1/scores',
    described({
      id: 'listScores',
      tag: 'watching',
      summary: 'The newest score of each entity',
      query: detectorQuery,
      answers: [{ text: 'By detector.', schema: z.object({ detectors: listOf(detectorScores) }) }],
    }),
    (request) => ({ detectors: live.scores(request.query.detector ?? null) }),
  );

  server.get(
    '/api/v1/sources',
    described({
      id: 'listSources',
      tag: 'watching',
      summary: 'What is read: rates, lag, rejects, bounds that were hit',
      answers: [{ text: 'All sources.', schema: z.object({ sources: listOf(sourceView) }) }],
    }),
    () => ({ sources: live.sources() }),
  );

  server.get<{ Querystring: z.infer<typeof runsQuery> }>(
    '/api/v1/training-runs',
    described({
      id: 'listTrainingRuns',
      tag: 'models',
      summary: 'Trainings as they ended, newest first',
      query: runsQuery,
      answers: [{ text: 'What fits, at most `limit`.', schema: z.object({ runs: listOf(trainingRunView) }) }],
    }),
    ({ query }) => ({ runs: live.trainingRuns(query.detector ?? null, query.limit ?? DEFAULT_RUNS) }),
  );

  server.get(
    '/api/v1/config',
    described({
      id: 'config',
      tag: 'configuration',
      summary: 'The running configuration, every default filled in and secrets hidden',
      answers: [{ text: 'As YAML in JSON.', schema: z.object({ yaml: z.string() }) }],
    }),
    () => ({ yaml: live.configuration() }),
  );

  const stream = new EventStream();
  const stop = live.watch((update) => stream.send('update', update));
  server.addHook('onClose', () => {
    stop();
    stream.close();
  });
  server.get(
    '/api/v1/events',
    described({
      id: 'followEvents',
      tag: 'watching',
      summary: 'Server-sent events: what changed, at most once a second',
      text: 'An event `hello` at the beginning, then `update` with a LiveUpdate as its data. At most 50 clients follow; one that does not read is cut off.',
      answers: [{ text: 'A stream without end.', type: 'text/event-stream' }],
      problems: { 503: 'Too many follow the events.' },
    }),
    (_request, reply) => stream.add(reply),
  );
}
