import { createHash, timingSafeEqual } from 'node:crypto';
import { expect, it } from 'vitest';
import { webhookChannel } from '../../src/delivery/webhook-channel.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';

const nowMs = Date.UTC(2026, 10, 24, 3, 0, 0, 900);

/** HMAC-SHA256 spelled out by RFC 2104, so that it shares nothing with the code under test but the hash. */
function hmacByHand(key: string, text: string): Buffer {
  const padded = Buffer.alloc(64);
  const bytes = Buffer.from(key);
  (bytes.length > 64 ? createHash('sha256').update(bytes).digest() : bytes).copy(padded);
  const inner = createHash('sha256')
    .update(padded.map((byte) => byte ^ 0x36))
    .update(text)
    .digest();
  return createHash('sha256')
    .update(padded.map((byte) => byte ^ 0x5c))
    .update(inner)
    .digest();
}

it.each([
  'short',
  'a key that is longer than the 64 bytes of a block of SHA-256, so that it is hashed first',
])('signs time and body so that a receiver with the secret %j can tell', async (secret) => {
  const receiver = await startWebhookReceiver();
  const channel = webhookChannel({
    name: 'hook',
    url: receiver.url,
    secret,
    timeoutMs: 5000,
    nowMs: () => nowMs,
  });
  await channel.send({ body: '{"text":"größer"}', idempotencyKey: 'k' }, new AbortController().signal);
  await receiver.close();
  const [request] = receiver.requests;
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-strayd-signature']));
  expect(match?.[1]).toBe(String(Math.floor(nowMs / 1000)));
  const expected = hmacByHand(secret, `${match?.[1]}.${request?.body}`);
  expect(timingSafeEqual(Buffer.from(match?.[2] ?? '', 'hex'), expected)).toBe(true);
  expect(request?.headers['idempotency-key']).toBe('k');
});

it('sends no signature without a secret', async () => {
  const receiver = await startWebhookReceiver();
  const channel = webhookChannel({
    name: 'hook',
    url: receiver.url,
    secret: null,
    timeoutMs: 5000,
    nowMs: () => nowMs,
  });
  await channel.send({ body: '{}', idempotencyKey: 'k' }, new AbortController().signal);
  await receiver.close();
  expect(receiver.requests[0]?.headers['x-strayd-signature']).toBeUndefined();
});
