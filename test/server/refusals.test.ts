import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/server/backend.ts';
import type { DryRunBackend } from '../../src/server/dry-run.ts';
import type { LiveBackend } from '../../src/server/live-backend.ts';
import { createServer, type ServerOptions } from '../../src/server/server.ts';
import { apiDocument } from '../generate/api-document.ts';

const document = await apiDocument();

/** Whatever it is asked for is noted and not there. */
function noting(asked: string[]) {
  const answer = (name: string) => () => {
    asked.push(name);
    return name === 'watch' ? () => undefined : name === 'models' ? [] : null;
  };
  return new Proxy({}, { get: (_target, name) => (typeof name === 'string' ? answer(name) : undefined) });
}

describe('the HTTP side', () => {
  let server: FastifyInstance | null = null;
  const asked: string[] = [];
  const serve = (changes: Partial<ServerOptions> = {}): FastifyInstance => {
    const all = noting(asked);
    server = createServer({
      backend: all as Backend,
      token: null,
      live: all as LiveBackend,
      dryRun: all as DryRunBackend,
      reload: () => Promise.reject(new Error('asked for a reload')),
      ...changes,
    });
    return server;
  };
  afterEach(() => {
    asked.length = 0;
    return server?.close();
  });

  const json = 'application/json';
  it.each([
    [
      'GET',
      'alerts?state=burning',
      '',
      '',
      400,
      '"state" in the query is "burning"; send one of pending, firing, resolved.',
    ],
    [
      'GET',
      'alerts?limit=many',
      '',
      '',
      400,
      '"limit" in the query is "many"; send a whole number from 1 to 1000.',
    ],
    [
      'GET',
      'alerts?limit=5000',
      '',
      '',
      400,
      '"limit" in the query is 5000; send a whole number from 1 to 1000.',
    ],
    [
      'GET',
      'alerts?detector=a&detector=b',
      '',
      '',
      400,
      '"detector" in the query is ["a","b"]; send one text',
    ],
    [
      'GET',
      'explain?detector=hosts',
      '',
      '',
      400,
      'The query lacks "entity"; it takes detector, entity, at.',
    ],
    ['POST', 'mutes', '', '', 400, 'Send a JSON object with detector, entity, for, comment as the body.'],
    ['POST', 'mutes', json, '[]', 400, 'Send a JSON object with detector, entity, for, comment as the body.'],
    [
      'POST',
      'mutes',
      json,
      '{"for":"2h"}',
      400,
      'The body lacks "detector"; it takes detector, entity, for, comment.',
    ],
    [
      'POST',
      'mutes',
      json,
      '{"detector":"","for":"2h"}',
      400,
      '"detector" in the body is ""; send a text of 1 to 1000',
    ],
    ['POST', 'mutes', json, '{"detector"', 400, 'not valid JSON'],
    ['POST', 'mutes', json, '{"__proto__":{},"detector":"a","for":"2h"}', 400, 'not valid JSON'],
    [
      'POST',
      'mutes',
      'application/x-www-form-urlencoded',
      'a=b',
      415,
      'send JSON with the header "content-type: application/json"',
    ],
    [
      'POST',
      'mutes',
      json,
      `{"comment":"${'x'.repeat(70_000)}"}`,
      413,
      'The body may have 65536 bytes at most.',
    ],
    [
      'POST',
      'events/deploy',
      json,
      '{"entity":"a","time":"noon"}',
      400,
      '"time" in the body is "noon"; send a time as 2026-11-24T03:00:00Z.',
    ],
    ['PUT', 'mutes', '', '', 405, 'There is no PUT of /api/v1/mutes; send GET or POST.'],
    ['GET', 'reload', '', '', 405, 'send POST.'],
    ['GET', 'alertz', '', '', 404, '/api/v1/openapi.json'],
    ['GET', 'alerts/%ff', '', '', 400, 'encodeURIComponent'],
  ] as const)('says to %s /api/v1/%s (%s) %.40s with status %i what to send: %s', async (...row) => {
    const [method, path, type, payload, status, detail] = row;
    const response = await serve().inject({
      method,
      url: `/api/v1/${path}`,
      ...(type === '' ? {} : { headers: { 'content-type': type }, payload }),
    });
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.statusCode).toBe(status);
    expect(response.json<{ detail: string }>().detail).toContain(detail);
    expect(asked.filter((name) => name !== 'watch')).toEqual([]);
  });

  it.each([
    ['127.0.0.1:9477', 200],
    ['[::1]:9477', 200],
    ['localhost:9477', 200],
    ['strayd.example.org', 200],
    ['evil.example:9477', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.example@127.0.0.1:x', 421],
  ])('answers a request without a token to the host %s with %i', async (host, status) => {
    const externalUrl = () => 'https://strayd.example.org/strayd/';
    const headers = { host, origin: `http://${host}` };
    const response = await serve({ externalUrl }).inject({ url: '/api/v1/mutes', headers });
    expect(response.statusCode).toBe(status);
  });

  it('answers whatever host is named to probes, and where a token is asked for', async () => {
    const headers = { host: 'strayd-0.pod', authorization: 'bearer secret' };
    expect((await serve().inject({ url: '/healthz', headers })).statusCode).toBe(200);
    expect((await serve({ token: 'secret' }).inject({ url: '/api/v1/mutes', headers })).statusCode).toBe(200);
  });

  it.each([
    '/api/v1/config',
    '//api/v1/config',
    '/console/../api/v1/config',
    '/console/..%2fapi/v1/config',
    '/?/../api/v1/config',
    'http://127.0.0.1/api/v1/config',
    '/healthz/../api/v1/config',
    '/metrics',
    '/api/v1/openapi.json',
  ])('gives nothing away at %s without the token', async (url) => {
    const response = await serve({ token: 'secret' }).inject({ url });
    expect([400, 401, 404]).toContain(response.statusCode);
    expect(asked.filter((name) => name !== 'watch')).toEqual([]);
  });

  it('changes nothing by any GET', async () => {
    const api = serve();
    for (const [path, methods] of Object.entries(document.paths)) {
      if (methods['get'] === undefined || path.endsWith('/events')) continue;
      const { parameters = [] } = methods['get'];
      const query = new URLSearchParams(
        parameters
          .filter((one) => one.in === 'query' && one.required)
          .map(({ name }): [string, string] => [name, 'x']),
      );
      await api.inject({ url: `${path.replaceAll(/\{\w+\}/g, 'x')}?${query.toString()}` });
    }
    const READING = [
      ...[
        'watch',
        'metrics',
        'notAlive',
        'notReady',
        'status',
        'alerts',
        'unknownSubject',
        'alert',
        'incidents',
        'incident',
      ],
      ...['explain', 'steps', 'windows', 'deliveries', 'models', 'modelFile', 'deadLetters'],
      ...['outline', 'scores', 'sources', 'trainingRuns', 'configuration', 'text'],
    ];
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((name) => !READING.includes(name))).toEqual([]);
  });

  it('takes the name of an entity that is as long as labels may be', async () => {
    const entity = 'é'.repeat(1024);
    const steps: Backend['steps'] = (query) => Promise.resolve({ kind: 'unknown', detail: query.entity });
    const response = await serve({ backend: { steps } as Backend }).inject(
      `/api/v1/entities/hosts/${encodeURIComponent(entity)}/steps`,
    );
    expect(response.json()).toMatchObject({ status: 404, detail: entity });
  });
});
