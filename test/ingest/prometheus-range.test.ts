import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { queryRange, QueryRefused } from '../../src/ingest/prometheus-range.ts';

const QUERY = { query: 'up{job="a"}', startMs: 1_790_000_000_999, endMs: 1_790_000_060_999, stepMs: 15_000 };
const MATRIX = {
  status: 'success',
  data: {
    result: [
      {
        metric: { __name__: 'up', job: 'a' },
        values: [
          [1790000000.999, '1.5'],
          [1790000015.999, 'NaN'],
        ],
      },
    ],
  },
};

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void;

describe('queryRange', () => {
  const closers: (() => void)[] = [];
  afterEach(() => closers.splice(0).forEach((close) => close()));

  const serve = async (...answers: readonly Answer[]) => {
    let count = 0;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        answers[Math.min(count++, answers.length - 1)]?.(request, Buffer.concat(chunks).toString(), response);
      });
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { port, asked: () => count };
  };
  const ask = (port: number, more: { login?: string; token?: string } = {}) =>
    queryRange(
      {
        url: `http://${more.login ?? ''}127.0.0.1:${port}/prom/`,
        shownUrl: `http://127.0.0.1:${port}/prom/`,
        token: more.token ?? null,
        tls: null,
      },
      QUERY,
      new AbortController().signal,
    );
  const good: Answer = (_request, _body, response) => response.end(JSON.stringify(MATRIX));

  it('asks by POST to the ms, with the token, and reads series without the name among their labels', async () => {
    const seen: string[] = [];
    const { port } = await serve((request, body, response) => {
      seen.push(request.method ?? '', request.url ?? '', request.headers.authorization ?? '', body);
      good(request, body, response);
    });
    const series = await ask(port, { token: 'abc' });
    expect(series).toEqual([
      { labels: { job: 'a' }, times: [1_790_000_000_999, 1_790_000_015_999], values: [1.5, NaN] },
    ]);
    expect(seen.slice(0, 3)).toEqual(['POST', '/prom/api/v1/query_range', 'Bearer abc']);
    expect(Object.fromEntries(new URLSearchParams(seen[3]))).toEqual({
      query: QUERY.query,
      start: '1790000000.999',
      end: '1790000060.999',
      step: '15',
    });
  });

  it('tries again where the store says "later" or breaks off, and takes a log-in from the address', async () => {
    const logins: string[] = [];
    const { port, asked } = await serve(
      (_request, _body, response) => response.writeHead(503).end('busy'),
      (request) => request.socket.destroy(),
      (request, body, response) => {
        logins.push(request.headers.authorization ?? '');
        good(request, body, response);
      },
    );
    expect(await ask(port, { login: 'me:pass%20word@' })).toHaveLength(1);
    expect(asked()).toBe(3);
    expect(logins).toEqual([`Basic ${Buffer.from('me:pass word').toString('base64')}`]);
  });

  it('takes a raw % in the log-in of the address as it stands', async () => {
    const logins: string[] = [];
    const { port } = await serve((request, body, response) => {
      logins.push(request.headers.authorization ?? '');
      good(request, body, response);
    });
    expect(await ask(port, { login: '100%me:50%@' })).toHaveLength(1);
    expect(logins).toEqual([`Basic ${Buffer.from('100%me:50%').toString('base64')}`]);
  });

  it('does not insist where the query is refused, and tells why without secrets', async () => {
    const { port, asked } = await serve((_request, _body, response) =>
      response.writeHead(400).end('{"error":"exceeded maximum resolution"}'),
    );
    const refused = await ask(port, { login: 'me:secret@', token: 'hidden' }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(QueryRefused);
    expect(String(refused)).toMatch(
      /answered 400: .*exceeded maximum resolution.*correct training\.bootstrap/,
    );
    expect(String(refused)).not.toMatch(/secret|hidden/);
    expect(asked()).toBe(1);
  });

  it('says where what answers is no Prometheus', async () => {
    const { port } = await serve((_request, _body, response) => response.end('<html>'));
    await expect(ask(port)).rejects.toThrow('does not answer as Prometheus does');
  });
});
