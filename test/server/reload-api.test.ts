import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { registerReloadApi } from '../../src/server/reload-api.ts';
import type { ReloadAnswer } from '../../src/server/views/reload-view.ts';

const problem = {
  file: 'strayd.yaml',
  line: 3,
  column: 7,
  path: 'detectors[0].step',
  message: 'no duration',
};

it.each<[ReloadAnswer, number, object]>([
  [{ kind: 'done', warnings: ['doubtful'] }, 200, { reloaded: true, warnings: ['doubtful'] }],
  [
    { kind: 'invalid', detail: 'It has errors.', problems: [problem] },
    422,
    { status: 422, detail: 'It has errors.', errors: [problem] },
  ],
  [
    { kind: 'refused', detail: 'kafka.brokers has changed', problems: [] },
    409,
    { status: 409, detail: 'kafka.brokers has changed' },
  ],
])('a reload answers what became of it: %j', async (answer, status, body) => {
  const server = Fastify();
  registerReloadApi(server, () => Promise.resolve(answer));
  const response = await server.inject({ method: 'POST', url: '/api/v1/reload' });
  expect(response.statusCode).toBe(status);
  expect(response.json()).toMatchObject(body);
  if (status > 200) expect(response.headers['content-type']).toContain('application/problem+json');
});
