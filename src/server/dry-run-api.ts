import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { DryRunAnswer, DryRunBackend } from './dry-run.ts';
import { described } from './openapi/operation.ts';
import { sendProblem } from './problem.ts';
import { dryRunRequest, dryRunView } from './views/dry-run-view.ts';

/** Routes by which people try an edited `detectors` section before they restart with it. Nothing is changed by it. */
export function registerDryRunApi(server: FastifyInstance, dryRun: DryRunBackend): void {
  server.get(
    '/api/v1/config/detectors',
    described({
      id: 'detectorsConfig',
      tag: 'configuration',
      summary: 'The running `detectors` section, to be edited and tried',
      answers: [{ text: 'As YAML in JSON.', schema: z.object({ yaml: z.string() }) }],
    }),
    () => ({ yaml: dryRun.text }),
  );

  server.post<{ Body: { readonly yaml: string } }>(
    '/api/v1/dry-run',
    described({
      id: 'dryRun',
      tag: 'configuration',
      summary: 'Try an edited `detectors` section on the last day of data',
      text: 'Nothing is changed by it. It takes as long as it takes; who goes away ends it.',
      body: dryRunRequest,
      answers: [{ text: 'Alerts then, and alerts now.', schema: dryRunView }],
      problems: {
        409: 'Another dry run, or a training, is under way.',
        500: 'It could not be played; `detail` says why.',
      },
    }),
    async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone.abort();
      });
      return answer(reply, await dryRun.run(request.body.yaml, gone.signal));
    },
  );
}

function answer(reply: FastifyReply, outcome: DryRunAnswer): FastifyReply {
  switch (outcome.kind) {
    case 'done':
      return reply.send(outcome.value);
    case 'invalid':
      return sendProblem(reply, {
        status: 400,
        title: 'The configuration is not valid',
        detail: outcome.faults
          .map(
            ({ line, column, path, message }) =>
              `${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`,
          )
          .join('\n'),
        errors: outcome.faults,
      });
    case 'busy':
      return sendProblem(reply, { status: 409, title: 'Not now', detail: outcome.detail });
    case 'failed':
      return sendProblem(reply, { status: 500, title: 'The dry run failed', detail: outcome.detail });
  }
}
