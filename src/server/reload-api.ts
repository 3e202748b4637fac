import type { FastifyInstance } from 'fastify';
import { described } from './openapi/operation.ts';
import { sendProblem } from './problem.ts';
import { reloadAnswer, type ReloadAnswer } from './views/reload-view.ts';

/** The route by which the configuration file is loaded anew; it answers when all goes by it, or why not. */
export function registerReloadApi(server: FastifyInstance, reload: () => Promise<ReloadAnswer>): void {
  server.post(
    '/api/v1/reload',
    described({
      id: 'reload',
      tag: 'configuration',
      summary: 'Load the configuration file anew',
      answers: [{ text: 'It is in use.', schema: reloadAnswer }],
      problems: {
        409: 'It can not be taken up without a restart; the old one goes on.',
        422: 'The file has errors; the old configuration goes on.',
      },
    }),
    async (_request, reply) => {
      const answer = await reload();
      if (answer.kind === 'done') return reply.send({ reloaded: true, warnings: answer.warnings });
      const { kind, detail, problems } = answer;
      return sendProblem(reply, {
        status: kind === 'invalid' ? 422 : 409,
        title:
          kind === 'invalid' ? 'The configuration file has errors' : 'The configuration can not be taken up',
        detail,
        ...(problems.length > 0 && { errors: problems }),
      });
    },
  );
}
