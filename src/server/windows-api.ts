import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Backend, MaintenanceRequest, MuteRequest, Outcome, WindowView } from './backend.ts';
import { sendProblem } from './problem.ts';

const text = { type: 'string', minLength: 1, maxLength: 1000 };

const muteSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['detector', 'for'],
  properties: { detector: text, entity: text, for: text, comment: text },
};

const maintenanceSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    match: text,
    start: text,
    end: text,
    schedule: text,
    duration: text,
    timezone: text,
    comment: text,
  },
};

/** Routes under /api/v1 about times at which people are not to be told: mutes, maintenance, and what Alertmanagers hold. */
export function registerWindowsApi(server: FastifyInstance, backend: Backend): void {
  server.get('/api/v1/mutes', () => ({ mutes: backend.windows(['mute']) }));
  server.post<{ Body: MuteRequest }>(
    '/api/v1/mutes',
    { schema: { body: muteSchema } },
    async (request, reply) => answer(reply, await backend.mute(request.body)),
  );
  server.delete<{ Params: { id: string } }>('/api/v1/mutes/:id', async (request, reply) =>
    answer(reply, await backend.removeWindow(request.params.id, 'mute')),
  );

  server.get('/api/v1/maintenance', () => ({ maintenance: backend.windows(['maintenance', 'silence']) }));
  server.post<{ Body: MaintenanceRequest }>(
    '/api/v1/maintenance',
    { schema: { body: maintenanceSchema } },
    async (request, reply) => answer(reply, await backend.maintain(request.body)),
  );
  server.delete<{ Params: { id: string } }>('/api/v1/maintenance/:id', async (request, reply) =>
    answer(reply, await backend.removeWindow(request.params.id, 'maintenance')),
  );
}

function answer(reply: FastifyReply, outcome: Outcome<WindowView | null>): FastifyReply {
  if (outcome.kind === 'done') {
    return outcome.value === null ? reply.code(204).send() : reply.code(201).send(outcome.value);
  }
  const isUnknown = outcome.kind === 'unknown';
  return sendProblem(reply, {
    status: isUnknown ? 404 : 400,
    title: isUnknown ? 'No such thing' : 'The request is not valid',
    detail: outcome.detail,
  });
}
