import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Backend, ModelView, Outcome } from './backend.ts';
import { sendProblem } from './problem.ts';

/** A model file holds the bases of all entities (`limits`: some 256 MB) and their calibrations. */
const MOST_MODEL_BYTES = 512 * 1024 * 1024;

const modelsQuerySchema = {
  type: 'object',
  additionalProperties: false,
  properties: { detector: { type: 'string' } },
};

const rollbackBodySchema = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: { version: { type: 'string', minLength: 1 } },
};

/** Routes of models: what is kept, its files, rolling back and taking in. */
export function registerModelsApi(server: FastifyInstance, backend: Backend): void {
  server.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });

  server.get<{ Querystring: { detector?: string } }>(
    '/api/v1/models',
    { schema: { querystring: modelsQuerySchema } },
    (request) => ({ models: backend.models(request.query.detector ?? null) }),
  );

  server.get<{ Params: { version: string } }>('/api/v1/models/:version', (request, reply) => {
    const { version } = request.params;
    const found = backend.models(null).find((model) => model.version === version);
    return found ?? sendProblem(reply, noSuchModel(version));
  });

  server.get<{ Params: { version: string } }>('/api/v1/models/:version/file', async (request, reply) => {
    const { version } = request.params;
    const bytes = await backend.modelFile(version);
    if (bytes === null) return sendProblem(reply, noSuchModel(version));
    return reply.type('application/octet-stream').send(Buffer.from(bytes));
  });

  server.post<{ Body: unknown }>(
    '/api/v1/models',
    // Bytes, which no schema describes.
    { bodyLimit: MOST_MODEL_BYTES, schema: { body: {} } },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) {
        return sendProblem(reply, {
          status: 415,
          title: 'A model file is wanted',
          detail: 'Send the bytes of a model file as application/octet-stream.',
        });
      }
      return answer(reply, await backend.importModel(request.body), 201);
    },
  );

  server.post<{ Params: { name: string }; Body: { version?: string } | null | undefined }>(
    '/api/v1/detectors/:name/rollback',
    { schema: { body: rollbackBodySchema } },
    async (request, reply) =>
      answer(reply, await backend.rollBack(request.params.name, request.body?.version ?? null), 200),
  );
}

function answer(reply: FastifyReply, outcome: Outcome<ModelView>, status: number): FastifyReply {
  if (outcome.kind === 'done') return reply.code(status).send(outcome.value);
  return outcome.kind === 'unknown'
    ? sendProblem(reply, { status: 404, title: 'No such model', detail: outcome.detail })
    : sendProblem(reply, { status: 409, title: 'The model was refused', detail: outcome.detail });
}

function noSuchModel(version: string) {
  return {
    status: 404,
    title: 'No such model',
    detail: `There is no version ${JSON.stringify(version)}; "strayd models list" shows those that there are (GET /api/v1/models).`,
  };
}
