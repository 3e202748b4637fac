import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/server/backend.ts';
import { createServer } from '../../src/server/server.ts';
import { fakeLive } from './live-fixtures.ts';

describe('the routes for who watches', () => {
  let server: FastifyInstance | null = null;
  const serve = (live = fakeLive().live): FastifyInstance => {
    server = createServer({ backend: {} as Backend, token: null, live });
    return server;
  };
  afterEach(() => server?.close());

  it('give the newest scores, of all detectors or of one', async () => {
    const api = serve();
    expect((await api.inject('/api/v1/scores')).json()).toEqual({
      detectors: [{ detector: 'hosts', scores: [['db-1', 0.5, 60_000]] }],
    });
    expect((await api.inject('/api/v1/scores?detector=pods')).json()).toMatchObject({
      detectors: [{ detector: 'pods' }],
    });
  });

  it('give the configuration as text', async () => {
    expect((await serve().inject('/api/v1/config')).json()).toEqual({ yaml: 'store:\n  path: /data\n' });
  });

  describe('of events', () => {
    const open: IncomingMessage[] = [];
    const follow = async (base: string): Promise<IncomingMessage> => {
      const [response] = (await once(get(`${base}/api/v1/events`), 'response')) as [IncomingMessage];
      response.setEncoding('utf8');
      open.push(response);
      return response;
    };
    afterEach(() => open.splice(0).forEach((response) => response.destroy()));

    it('stream each update to every client until the server closes', async () => {
      const { live, tell, listeners } = fakeLive();
      const api = serve(live);
      const base = await api.listen({ port: 0 });
      const clients = [await follow(base), await follow(base)];
      const texts = ['', ''];
      clients.forEach((client, i) => client.on('data', (text: string) => (texts[i] += text)));
      await expect.poll(() => texts.every((text) => text.includes('event: hello'))).toBe(true);
      const line = '{"detectors":[],"alerts":["line\\nbreak"]}';
      tell({ detectors: [], alerts: ['line\nbreak'] });
      const wanted = `event: update\ndata: ${line}\n\n`;
      await expect.poll(() => texts.every((text) => text.includes(wanted))).toBe(true);
      expect(clients[0]?.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      const ended = clients.map((client) => once(client, 'close').catch(() => undefined));
      clients.forEach((client) => client.on('error', () => undefined));
      await api.close();
      await Promise.all(ended);
      expect(listeners.size).toBe(0);
    });

    it('have room for fifty clients, and for another once one has gone', async () => {
      const base = await serve().listen({ port: 0 });
      const clients = await Promise.all(Array.from({ length: 50 }, () => follow(base)));
      const refused = await fetch(`${base}/api/v1/events`);
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('50 clients') as string });
      clients[0]?.destroy();
      await expect.poll(async () => (await follow(base)).statusCode).toBe(200);
    });
  });
});
