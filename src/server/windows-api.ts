import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { described, type Answer } from './openapi/operation.ts';
import type { Outcome } from './outcome.ts';
import { sendProblem } from './problem.ts';
import { pathParameters } from './views/path-parameters.ts';
import { listOf } from './views/view.ts';
import {
  maintenanceRequest,
  muteRequest,
  windowView,
  type MaintenanceRequest,
  type MuteRequest,
  type WindowView,
} from './views/window-view.ts';

const windows = listOf(windowView);
const taken: Answer = { status: 201, text: 'It is in force, or will be.', schema: windowView };
const removed: Answer = { status: 204, text: 'It is gone.' };

/** Routes under /api/v1 about times at which people are not to be told: mutes, maintenance, and what Alertmanagers hold. */
export function registerWindowsApi(server: FastifyInstance, backend: Backend): void {
  server.get(
    '/api/v1/mutes',
    described({
      id: 'listMutes',
      tag: 'quiet',
      summary: 'Mutes, past ones too',
      answers: [{ text: 'All that are kept.', schema: z.object({ mutes: windows }) }],
    }),
    () => ({ mutes: backend.windows(['mute']) }),
  );
  server.post<{ Body: MuteRequest }>(
    '/api/v1/mutes',
    described({
      id: 'mute',
      tag: 'quiet',
      summary: 'Mute a detector, or one entity of it',
      body: muteRequest,
      answers: [taken],
      problems: { 404: 'The detector or entity is not there.' },
    }),
    async (request, reply) => answer(reply, await backend.mute(request.body)),
  );
  server.delete<{ Params: { id: string } }>(
    '/api/v1/mutes/:id',
    described({
      id: 'endMute',
      tag: 'quiet',
      summary: 'End a mute',
      path: pathParameters.window,
      answers: [removed],
      problems: { 404: 'There is no such mute.' },
    }),
    async (request, reply) => answer(reply, await backend.removeWindow(request.params.id, 'mute')),
  );

  server.get(
    '/api/v1/maintenance',
    described({
      id: 'listMaintenance',
      tag: 'quiet',
      summary: 'Maintenance, and silences of Alertmanagers; past ones too',
      answers: [{ text: 'All that are kept.', schema: z.object({ maintenance: windows }) }],
    }),
    () => ({ maintenance: backend.windows(['maintenance', 'silence']) }),
  );
  server.post<{ Body: MaintenanceRequest }>(
    '/api/v1/maintenance',
    described({
      id: 'planMaintenance',
      tag: 'quiet',
      summary: 'Plan maintenance, also afterwards',
      body: maintenanceRequest,
      answers: [taken],
      problems: { 404: 'Nothing fits.' },
    }),
    async (request, reply) => answer(reply, await backend.maintain(request.body)),
  );
  server.delete<{ Params: { id: string } }>(
    '/api/v1/maintenance/:id',
    described({
      id: 'takeMaintenanceBack',
      tag: 'quiet',
      summary: 'Take maintenance back, as if it had not been',
      path: pathParameters.window,
      answers: [removed],
      problems: { 404: 'There is no such maintenance.' },
    }),
    async (request, reply) => answer(reply, await backend.removeWindow(request.params.id, 'maintenance')),
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
