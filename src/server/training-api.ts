import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described } from './openapi/operation.ts';
import { sendProblem } from './problem.ts';
import { pathParameters } from './views/path-parameters.ts';

/** Routes under /api/v1 that start and cancel trainings. */
export function registerTrainingApi(server: FastifyInstance, backend: Backend): void {
  server.post<{ Params: { name: string } }>(
    '/api/v1/detectors/:name/train',
    described({
      id: 'train',
      tag: 'models',
      summary: 'Train a detector now',
      text: 'It goes on by itself; GET /api/v1/training-runs tells how it ended. The new model must be better to be used.',
      path: pathParameters.detector,
      answers: [
        {
          status: 202,
          text: 'It has begun.',
          schema: z.object({ detector: z.string(), training: z.literal('started') }),
        },
      ],
      problems: { 404: 'There is no such detector.', 409: 'Another training is under way.' },
    }),
    (request, reply) => {
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
    },
  );

  server.post<{ Params: { name: string } }>(
    '/api/v1/detectors/:name/train/cancel',
    described({
      id: 'cancelTraining',
      tag: 'models',
      summary: 'End a training under way, or take it from the queue',
      path: pathParameters.detector,
      answers: [
        {
          text: 'It is ended.',
          schema: z.object({ detector: z.string(), training: z.literal('cancelled') }),
        },
      ],
      problems: { 404: 'There is no such detector.', 409: 'It is not being trained.' },
    }),
    (request, reply) => {
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
    },
  );
}

function noSuchDetector(name: string) {
  return {
    status: 404,
    title: 'No such detector',
    detail: `There is no detector ${JSON.stringify(name)}; the configuration lists them under "detectors" (GET /api/v1/status).`,
  };
}
