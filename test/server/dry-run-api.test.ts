import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/server/backend.ts';
import type { DryRunAnswer } from '../../src/server/dry-run.ts';
import { createServer } from '../../src/server/server.ts';

describe('the routes for a dry run', () => {
  let server: FastifyInstance | null = null;
  afterEach(() => server?.close());
  const given: string[] = [];
  const serve = (answer: DryRunAnswer, token: string | null = null): FastifyInstance => {
    given.length = 0;
    const dryRun = {
      text: 'detectors: []\n',
      run: async (text: string) => {
        given.push(text);
        return answer;
      },
    };
    server = createServer({ backend: {} as Backend, token, dryRun });
    return server;
  };
  const done: DryRunAnswer = { kind: 'done', value: { detectors: [] } };
  const post = (api: FastifyInstance, payload: object, headers: Record<string, string> = {}) =>
    api.inject({ method: 'POST', url: '/api/v1/dry-run', payload, headers });

  it('give the running detectors to be edited, and take them back', async () => {
    const api = serve(done);
    expect((await api.inject('/api/v1/config/detectors')).json()).toEqual({ yaml: 'detectors: []\n' });
    const answer = await post(api, { yaml: 'x: 1' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { detectors: [] }]);
    expect(given).toEqual(['x: 1']);
  });

  it('say by line and column what is wrong, for people and for programs', async () => {
    const fault = { line: 3, column: 7, path: 'detectors[0].step', message: 'expected a duration' };
    const answer = await post(serve({ kind: 'invalid', faults: [fault] }), { yaml: 'x' });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      detail: '3:7: detectors[0].step: expected a duration',
      errors: [fault],
    });
  });

  it('refuse while another is under way, and say why one failed', async () => {
    const busy = await post(serve({ kind: 'busy', detail: 'Another dry run is under way.' }), { yaml: '' });
    expect([busy.statusCode, busy.json()]).toEqual([
      409,
      expect.objectContaining({ detail: 'Another dry run is under way.' }),
    ]);
    const failed = await post(serve({ kind: 'failed', detail: 'Five minutes.' }), { yaml: '' });
    expect([failed.statusCode, failed.json()]).toEqual([
      500,
      expect.objectContaining({ detail: 'Five minutes.' }),
    ]);
  });

  it('ask for the token, and refuse other sites, too long a text and what they do not know', async () => {
    expect((await post(serve(done, 's3cret'), { yaml: 'x' })).statusCode).toBe(401);
    const api = serve(done);
    const cases: readonly [object, Record<string, string>, number][] = [
      [{ yaml: 'x' }, { origin: 'http://evil.example' }, 403],
      [{ yaml: 'x'.repeat(50_001) }, {}, 400],
      [{ yaml: 'x'.repeat(70_000) }, {}, 413],
      [{ yaml: 'x', file: '/etc/passwd' }, {}, 400],
      [{}, {}, 400],
    ];
    for (const [payload, headers, status] of cases) {
      const answer = await post(api, payload, headers);
      expect(answer.statusCode).toBe(status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
    expect((await api.inject('/api/v1/dry-run')).statusCode).toBe(405);
    expect(given).toEqual([]);
  });
});
