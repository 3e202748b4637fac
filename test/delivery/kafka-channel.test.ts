import { expect, it } from 'vitest';
import type { SendOutcome } from '../../src/delivery/channel.ts';
import { kafkaChannel, type SinkRecord } from '../../src/delivery/kafka-channel.ts';
import { taken } from './channel-configs.ts';

const delivery = { body: '{"alert":{"entity":"db-3"}}', idempotencyKey: 'key-1' };
const never = new AbortController().signal;

function channelOf(write: (record: SinkRecord) => Promise<SendOutcome>, timeoutMs = 20_000) {
  let closed = 0;
  const close = async (): Promise<void> => void (closed += 1);
  const channel = kafkaChannel({ name: 'bus', sink: { write, close }, timeoutMs, secrets: ['s3cret'] });
  return { channel, closed: () => closed };
}

it('writes the body as it is, keyed by entity, with its idempotency key', async () => {
  const written: SinkRecord[] = [];
  const { channel, closed } = channelOf(async (record) => {
    written.push(record);
    return taken;
  });
  expect(await channel.send(delivery, never)).toEqual(taken);
  expect(written).toEqual([{ key: 'db-3', value: delivery.body, headers: { 'idempotency-key': 'key-1' } }]);
  await channel.close?.();
  expect(closed()).toBe(1);
});

it('tells a failure without its secrets', async () => {
  const { channel } = channelOf(async () => ({ ok: false, error: 'no login with s3cret', retry: false }));
  expect(await channel.send(delivery, never)).toEqual({
    ok: false,
    error: 'no login with <secret>',
    retry: false,
  });
});

it('gives up on brokers that do not answer, to try again later', async () => {
  const { channel } = channelOf(() => new Promise(() => undefined), 30);
  expect(await channel.send(delivery, never)).toEqual({
    ok: false,
    error: 'no answer of the brokers in time',
    retry: true,
  });
});

it('rejects when told to stop', async () => {
  const stopping = new AbortController();
  const { channel } = channelOf(() => new Promise(() => undefined));
  const sent = channel.send(delivery, stopping.signal);
  stopping.abort(new Error('stopping'));
  await expect(sent).rejects.toThrow('stopping');
});
