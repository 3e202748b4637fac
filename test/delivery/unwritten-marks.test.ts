import { describe, expect, it } from 'vitest';
import type { OutboxMark, OutboxRow } from '../../src/core/outbox.ts';
import type { OutboxReader } from '../../src/delivery/outbox.ts';
import { OutboxSender } from '../../src/delivery/outbox-sender.ts';
import { fakeRuntime, type FakeRuntime } from './fake-runtime.ts';
import { MemoryOutbox, newRow } from './memory-outbox.ts';

interface Setup {
  readonly runtime: FakeRuntime;
  readonly outbox: MemoryOutbox;
  readonly sent: string[];
  readonly offered: OutboxMark[];
  isFull: boolean;
  canRead: boolean;
}

/** A sender whose receiver takes everything, over a store that may be full or unreadable; one row is sent. */
async function senderOverTrouble(trouble: { isFull: boolean }): Promise<Setup> {
  const runtime = fakeRuntime();
  const outbox = new MemoryOutbox();
  const made: Setup = { runtime, outbox, sent: [], offered: [], canRead: true, ...trouble };
  const reader: OutboxReader = {
    pending: (channel, limit): readonly OutboxRow[] | null =>
      made.canRead ? outbox.pending(channel, limit) : null,
  };
  const sender = new OutboxSender({
    rateLimit: null,
    channel: {
      name: 'hook',
      send: ({ idempotencyKey }) => {
        made.sent.push(idempotencyKey);
        return Promise.resolve({ ok: true as const, answer: 'taken' });
      },
    },
    reader,
    marks: {
      mark: (mark) => {
        made.offered.push(mark);
        return made.isFull ? Promise.reject(new Error('the disk is full')) : outbox.mark(mark);
      },
    },
    runtime,
    report: () => undefined,
  });
  outbox.add(newRow('a', 'firing', runtime.nowMs()));
  sender.wake();
  await runtime.settle();
  return made;
}

describe('a mark that the store refused', () => {
  it('is offered again until it is written, and its row is not sent again meanwhile', async () => {
    const made = await senderOverTrouble({ isFull: true });
    await made.runtime.pass(60_000);
    expect(made.sent).toEqual(['a:firing:hook']);
    expect(made.offered.length).toBeGreaterThan(3);
    expect(made.offered.length).toBeLessThan(20);
    made.isFull = false;
    await made.runtime.pass(10_000);
    made.outbox.checkpoint();
    expect(made.outbox.status('a:firing:hook')).toMatchObject({ status: 'delivered', attempts: 1 });
    const offers = made.offered.length;
    await made.runtime.pass(60_000);
    expect(made.offered).toHaveLength(offers);
    expect(made.sent).toEqual(['a:firing:hook']);
  });

  it('is offered again after the clock was set back', async () => {
    const made = await senderOverTrouble({ isFull: true });
    await made.runtime.pass(10_000);
    made.runtime.stepBack(24 * 3_600_000);
    made.isFull = false;
    await made.runtime.pass(10_000);
    made.outbox.checkpoint();
    expect(made.outbox.status('a:firing:hook')).toMatchObject({ status: 'delivered', attempts: 1 });
  });

  it('is offered again while the outbox can not be read either', async () => {
    const made = await senderOverTrouble({ isFull: true });
    made.canRead = false;
    made.isFull = false;
    await made.runtime.pass(10_000);
    made.outbox.checkpoint();
    expect(made.outbox.status('a:firing:hook')?.status).toBe('delivered');
  });
});

describe('a mark that was taken', () => {
  it('is offered once, however long its row is still read as pending', async () => {
    const made = await senderOverTrouble({ isFull: false });
    await made.runtime.pass(60_000);
    expect(made.offered).toHaveLength(1);
  });

  it('is not forgotten when a read fails, so that its row is not sent again', async () => {
    const made = await senderOverTrouble({ isFull: false });
    made.canRead = false;
    await made.runtime.pass(10_000);
    made.canRead = true;
    await made.runtime.pass(10_000);
    expect(made.sent).toEqual(['a:firing:hook']);
  });
});
