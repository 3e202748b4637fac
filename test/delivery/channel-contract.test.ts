import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { alertmanagerChannel } from '../../src/delivery/alertmanager-channel.ts';
import type { Channel, SendOutcome } from '../../src/delivery/channel.ts';
import { pagerdutyChannel } from '../../src/delivery/pagerduty-channel.ts';
import { slackChannel } from '../../src/delivery/slack-channel.ts';
import { webhookChannel } from '../../src/delivery/webhook-channel.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { startRawServer } from './raw-server.ts';

const nowMs = (): number => Date.UTC(2026, 10, 24, 3);
const options = { name: 'test', nowMs };
const soonMs = 300;
const never = new AbortController().signal;
const delivery = { body: '{"a":1}', idempotencyKey: 'key-1' };

const kinds: readonly [kind: string, make: (url: string, timeoutMs?: number) => Channel][] = [
  [
    'webhook',
    (url, timeoutMs = 20_000) => webhookChannel({ ...options, url, timeoutMs, secret: 'top secret' }),
  ],
  ['alertmanager', (url, timeoutMs = 20_000) => alertmanagerChannel({ ...options, url, timeoutMs })],
  ['slack', (url, timeoutMs = 20_000) => slackChannel({ ...options, url, timeoutMs })],
  [
    'pagerduty',
    (url, timeoutMs = 20_000) => pagerdutyChannel({ ...options, url, timeoutMs, routingKey: 'r0uting-key' }),
  ],
];

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function receiver(): Promise<WebhookReceiver> {
  const started = await startWebhookReceiver();
  closers.push(() => started.close());
  return started;
}

async function raw(answer: (socket: Socket) => void): Promise<string> {
  const server = await startRawServer(answer);
  closers.push(() => server.close());
  return server.url;
}

const failure = (outcome: SendOutcome): Extract<SendOutcome, { ok: false }> => {
  if (outcome.ok) throw new Error('was taken for delivered');
  return outcome;
};

describe.each(kinds)('a channel of type %s', (_kind, make) => {
  it.each([200, 201, 204])('takes %d for delivered', async (status) => {
    const { url, misbehave, requests } = await receiver();
    misbehave(() => ({ status }));
    expect(await make(url).send(delivery, never)).toMatchObject({ ok: true });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.method).toBe('POST');
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject(JSON.parse(delivery.body));
    expect(requests[0]?.headers['content-type']).toBe('application/json');
  });

  it.each([
    [500, true],
    [502, true],
    [503, true],
    [408, true],
    [429, true],
    [400, false],
    [401, false],
    [404, false],
    [422, false],
  ])('takes %d for a failure, to be retried: %s', async (status, retry) => {
    const { url, misbehave } = await receiver();
    misbehave(() => ({ status, body: 'no\n\u001b[31mway' }));
    const outcome = failure(await make(url).send(delivery, never));
    expect(outcome).toEqual({
      ok: false,
      retry,
      error: `${new URL(url).host} answered ${status}: no [31mway`,
    });
  });

  it.each([
    ['7', 7000],
    [new Date(nowMs() + 90_000).toUTCString(), 90_000],
    [new Date(nowMs() - 90_000).toUTCString(), 0],
    ['99999999', 3_600_000],
  ])('passes Retry-After %s on', async (header, retryAfterMs) => {
    const { url, misbehave } = await receiver();
    misbehave(() => ({ status: 429, headers: { 'retry-after': header } }));
    expect(failure(await make(url).send(delivery, never))).toMatchObject({ retry: true, retryAfterMs });
  });

  it('ignores a Retry-After that says nothing', async () => {
    const { url, misbehave } = await receiver();
    misbehave(() => ({ status: 503, headers: { 'retry-after': 'soon' } }));
    expect(failure(await make(url).send(delivery, never)).retryAfterMs).toBeUndefined();
  });

  it('follows no redirect', async () => {
    const other = await receiver();
    const { url, misbehave } = await receiver();
    misbehave(() => ({ status: 307, headers: { location: other.url } }));
    const outcome = failure(await make(url).send(delivery, never));
    expect(outcome.retry).toBe(false);
    expect(outcome.error).toContain('answered 307, a redirect');
    expect(other.requests).toHaveLength(0);
  });

  it('gives up on an answer that does not come', async () => {
    const { url, misbehave } = await receiver();
    misbehave(() => 'hang');
    const { error, retry } = failure(await make(url, soonMs).send(delivery, never));
    expect({ error, retry }).toEqual({ error: `${new URL(url).host}: no answer in time`, retry: true });
  });

  it('retries after a cut connection', async () => {
    const { url, misbehave } = await receiver();
    misbehave(() => 'reset');
    expect(failure(await make(url).send(delivery, never)).retry).toBe(true);
  });

  it('retries where nobody listens, and says so', async () => {
    const gone = await startWebhookReceiver();
    await gone.close();
    const outcome = failure(await make(gone.url).send(delivery, never));
    expect(outcome.retry).toBe(true);
    expect(outcome.error).toContain('ECONNREFUSED');
  });

  it('retries after half a header', async () => {
    const url = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'));
    expect(failure(await make(url).send(delivery, never)).retry).toBe(true);
  });

  it('takes a 200 whose body breaks off for delivered', async () => {
    const url = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
    expect(await make(url).send(delivery, never)).toMatchObject({ ok: true });
  });

  it('takes a 200 whose body never ends for delivered when the time is up', async () => {
    const url = await raw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
    expect(await make(url, soonMs).send(delivery, never)).toMatchObject({ ok: true });
  });

  it('reads only the beginning of an endless answer', async () => {
    let written = 0;
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const more = (): void => {
        while (!socket.destroyed) {
          written += chunk.length;
          if (!socket.write(chunk)) break;
        }
      };
      socket.on('drain', more);
      more();
    });
    const outcome = failure(await make(url).send(delivery, never));
    expect(outcome.error.length).toBeLessThan(300);
    expect(written).toBeLessThan(50_000_000);
  });

  it('rejects when told to stop', async () => {
    const { url, misbehave, requests } = await receiver();
    const stopping = new AbortController();
    misbehave(() => {
      stopping.abort(new Error('stopping'));
      return 'hang';
    });
    await expect(make(url).send(delivery, stopping.signal)).rejects.toThrow('stopping');
    expect(requests).toHaveLength(1);
  });

  it('keeps user, password and path of its URL out of errors, and logs in with them', async () => {
    const { url, misbehave, requests } = await receiver();
    misbehave(() => ({ status: 500 }));
    const secret = url.replace('http://', 'http://me:pass%20word@').replace('/hook', '/T0KEN');
    const { error } = failure(await make(secret).send(delivery, never));
    expect(error).toBe(`${new URL(url).host} answered 500`);
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('me:pass word')}`);
  });

  it('takes a password with a raw % as it stands', async () => {
    const { url, requests } = await receiver();
    const outcome = await make(url.replace('http://', 'http://me:pa%ss@')).send(delivery, never);
    expect(outcome.ok).toBe(true);
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('me:pa%ss')}`);
  });
});
