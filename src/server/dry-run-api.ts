import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DryRunAnswer, DryRunBackend } from './dry-run.ts';
import { sendProblem } from './problem.ts';

/** Under the bound of a body, with room for what JSON escapes. */
const MOST_CHARACTERS = 50_000;

const bodySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['yaml'],
  properties: { yaml: { type: 'string', maxLength: MOST_CHARACTERS } },
};

/** Routes by which people try an edited `detectors` section before they restart with it. Nothing is changed by it. */
export function registerDryRunApi(server: FastifyInstance, dryRun: DryRunBackend): void {
  server.get('/api/v1/config/detectors', () => ({ yaml: dryRun.text }));

  server.post<{ Body: { readonly yaml: string } }>(
    '/api/v1/dry-run',
    { schema: { body: bodySchema } },
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
