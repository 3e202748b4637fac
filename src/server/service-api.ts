import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import { deadLetterView } from './views/dead-letter-view.ts';
import { statusView } from './views/status-view.ts';
import { listOf } from './views/view.ts';

const health = z.object({ status: z.enum(['ok', 'failing']), reason: z.string().nullable() });
const readiness = z.object({
  ready: z.boolean(),
  missing: listOf(z.string()).describe('What is still missing.'),
});

/** Routes that tell how strayd itself does: metrics, probes, its state in one look, and what it could not read. */
export function registerServiceApi(server: FastifyInstance, backend: Backend): void {
  server.get(
    '/metrics',
    described({
      id: 'metrics',
      tag: 'service',
      summary: 'Metrics for Prometheus',
      answers: [{ text: 'Prometheus’ text format.', type: 'text/plain; version=0.0.4; charset=utf-8' }],
    }),
    async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await backend.metrics()),
  );

  server.get(
    '/healthz',
    described({
      id: 'health',
      tag: 'service',
      summary: 'Whether it lives',
      text: 'For a liveness probe; a full disk or a broker that is down do not count.',
      open: true,
      answers: [
        { text: 'It does.', schema: health },
        { status: 503, text: 'The pipeline has not answered for a minute.', schema: health },
      ],
    }),
    (_request, reply) => {
      const reason = backend.notAlive();
      return reply
        .code(reason === null ? 200 : 503)
        .send({ status: reason === null ? 'ok' : 'failing', reason });
    },
  );

  server.get(
    '/readyz',
    described({
      id: 'readiness',
      tag: 'service',
      summary: 'Whether it reads',
      text: 'For a readiness probe: configuration, store, and the topics joined once.',
      open: true,
      answers: [
        { text: 'It does.', schema: readiness },
        { status: 503, text: 'Not yet.', schema: readiness },
      ],
    }),
    (_request, reply) => {
      const missing = backend.notReady();
      return reply.code(missing.length === 0 ? 200 : 503).send({ ready: missing.length === 0, missing });
    },
  );

  server.get(
    '/api/v1/status',
    described({
      id: 'status',
      tag: 'service',
      summary: 'Everything in one look',
      answers: [{ text: 'Detectors, troubles, bounds and quiet times.', schema: statusView }],
    }),
    () => backend.status(),
  );

  server.get(
    '/api/v1/dead-letters',
    described({
      id: 'deadLetters',
      tag: 'service',
      summary: 'Records that could not be used, by reason, with an example',
      answers: [{ text: 'All that are kept.', schema: z.object({ reasons: listOf(deadLetterView) }) }],
    }),
    () => ({ reasons: backend.deadLetters() }),
  );
}
