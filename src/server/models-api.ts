import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import type { Outcome } from './outcome.ts';
import { sendProblem } from './problem.ts';
import { detectorQuery, modelView, rollbackRequest, type ModelView } from './views/model-view.ts';
import { pathParameters } from './views/path-parameters.ts';
import { listOf } from './views/view.ts';

/** A model file holds the bases of all entities (`limits`: some 256 MB) and their calibrations. */
const MOST_MODEL_BYTES = 512 * 1024 * 1024;

const BYTES = 'application/octet-stream';

/** Routes of models: what is kept, its files, rolling back and taking in. */
export function registerModelsApi(server: FastifyInstance, backend: Backend): void {
  server.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });

  server.get<{ Querystring: z.infer<typeof detectorQuery> }>(
    '/api/v1/models',
    described({
      id: 'listModels',
      tag: 'models',
      summary: 'The versions that are kept, with their cards',
      query: detectorQuery,
      answers: [{ text: 'Newest first of each detector.', schema: z.object({ models: listOf(modelView) }) }],
    }),
    (request) => ({ models: backend.models(request.query.detector ?? null) }),
  );

  server.get<{ Params: { version: string } }>(
    '/api/v1/models/:version',
    described({
      id: 'showModel',
      tag: 'models',
      summary: 'One version with its card',
      path: pathParameters.version,
      answers: [{ text: 'The version.', schema: modelView }],
      problems: { 404: 'There is no such version.' },
    }),
    (request, reply) => {
      const { version } = request.params;
      const found = backend.models(null).find((model) => model.version === version);
      return found ?? sendProblem(reply, noSuchModel(version));
    },
  );

  server.get<{ Params: { version: string } }>(
    '/api/v1/models/:version/file',
    described({
      id: 'modelFile',
      tag: 'models',
      summary: 'A model file, to be taken in elsewhere',
      path: pathParameters.version,
      answers: [{ text: 'The file.', type: BYTES }],
      problems: { 404: 'There is no such version.' },
    }),
    async (request, reply) => {
      const { version } = request.params;
      const bytes = await backend.modelFile(version);
      if (bytes === null) return sendProblem(reply, noSuchModel(version));
      return reply.type(BYTES).send(Buffer.from(bytes));
    },
  );

  server.post<{ Body: unknown }>(
    '/api/v1/models',
    {
      bodyLimit: MOST_MODEL_BYTES,
      ...described({
        id: 'importModel',
        tag: 'models',
        summary: 'Take a model file in, without using it',
        bodyType: BYTES,
        answers: [{ status: 201, text: 'It is kept, and can be rolled back to.', schema: modelView }],
        problems: { 404: 'Its detector is not there.', 409: 'It does not fit, or is damaged.' },
      }),
    },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) {
        return sendProblem(reply, {
          status: 415,
          title: 'A model file is wanted',
          detail: `Send the bytes of a model file as ${BYTES}.`,
        });
      }
      return answer(reply, await backend.importModel(request.body), 201);
    },
  );

  server.post<{ Params: { name: string }; Body: { version?: string } | null | undefined }>(
    '/api/v1/detectors/:name/rollback',
    described({
      id: 'rollBack',
      tag: 'models',
      summary: 'Put a kept version to use',
      path: pathParameters.detector,
      body: rollbackRequest,
      answers: [{ text: 'The version in use now.', schema: modelView }],
      problems: { 404: 'There is no such detector or version.', 409: 'It can not be used.' },
    }),
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
