import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/server/backend.ts';
import type { ConsoleFiles } from '../../src/server/console-files.ts';
import { createServer } from '../../src/server/server.ts';

const file = (type: string, text: string) => ({ type, body: Buffer.from(text), gzipped: Buffer.from('gz') });
const files: ConsoleFiles = {
  page: file('text/html; charset=utf-8', '<html></html>'),
  contentSecurityPolicy: "default-src 'none'",
  assets: new Map([['/console/abc/main.js', file('text/javascript; charset=utf-8', 'export {};')]]),
};

describe('the console on /', () => {
  let server: FastifyInstance | null = null;
  const serve = (token: string | null = null, console: ConsoleFiles | null = files): FastifyInstance => {
    server = createServer({ backend: {} as Backend, token, console });
    return server;
  };
  afterEach(() => server?.close());

  it('is never cached, and allows only what its policy says', async () => {
    const { headers, body } = await serve().inject('/?alert=abc');
    expect(body).toBe('<html></html>');
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'",
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  it('has files that are cached for ever, packed for who takes that', async () => {
    const api = serve();
    const plain = await api.inject('/console/abc/main.js');
    expect([plain.body, plain.headers['cache-control']]).toEqual([
      'export {};',
      'public, max-age=31536000, immutable',
    ]);
    const packed = await api.inject({
      url: '/console/abc/main.js',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect([packed.body, packed.headers['content-encoding']]).toEqual(['gz', 'gzip']);
  });

  it('opens without a token, so that one can be given, and nothing else does', async () => {
    const api = serve('s3cret');
    for (const url of ['/', '/?alert=x', '/console/abc/main.js']) {
      expect((await api.inject(url)).statusCode, url).toBe(200);
    }
    for (const url of [
      '/metrics',
      '/console',
      '/console/../metrics',
      '//metrics',
      '/api/v1/status?/console/',
    ]) {
      expect((await api.inject(url)).statusCode, url).not.toBe(200);
    }
  });

  it('says to reload when another version runs, and how to build it', async () => {
    const gone = await serve().inject('/console/old/main.js');
    expect([gone.statusCode, gone.json<{ detail: string }>().detail]).toEqual([
      404,
      expect.stringContaining('reload'),
    ]);
    const unbuilt = await serve(null, null).inject('/');
    expect(unbuilt.json<{ detail: string }>().detail).toContain('npm run build');
  });
});

describe('a request that changes something', () => {
  const server = createServer({
    backend: { cancelTraining: () => false, hasDetector: () => true } as unknown as Backend,
    token: null,
  });
  const post = (headers: Record<string, string>) =>
    server.inject({ method: 'POST', url: '/api/v1/detectors/hosts/train/cancel', headers });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:9477' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused if a browser sends it for another site: %o', async (headers) => {
    const response = await post({ host: '127.0.0.1:9477', ...headers });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ title: expect.stringContaining('another site') as string });
  });

  it.each([{}, { origin: 'http://127.0.0.1:9477', 'sec-fetch-site': 'same-origin' }])(
    'is let in from a program or from the console itself: %o',
    async (headers) => {
      expect((await post({ host: '127.0.0.1:9477', ...headers })).statusCode).toBe(409);
    },
  );
});
