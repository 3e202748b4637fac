import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../src/config/rate.ts';
import type { Channel, Delivery, SendOutcome } from '../../src/delivery/channel.ts';
import type { DeliveryReport } from '../../src/delivery/delivery-runtime.ts';
import { OutboxSender } from '../../src/delivery/outbox-sender.ts';
import { taken } from './channel-configs.ts';
import { fakeRuntime, type FakeRuntime } from './fake-runtime.ts';
import { MemoryOutbox, newRow } from './memory-outbox.ts';
import { fc } from '../support/properties.ts';

const down: SendOutcome = { ok: false, error: 'host: ECONNREFUSED', retry: true };

interface Setup {
  readonly runtime: FakeRuntime;
  readonly outbox: MemoryOutbox;
  readonly sent: string[];
  readonly reports: DeliveryReport[];
  readonly sender: OutboxSender;
  answer: (delivery: Delivery) => SendOutcome | Promise<SendOutcome>;
}

function setup(
  outbox = new MemoryOutbox(),
  runtime = fakeRuntime(),
  rateLimit: RateLimit | null = null,
): Setup {
  const sent: string[] = [];
  const reports: DeliveryReport[] = [];
  const channel: Channel = {
    name: 'hook',
    send: async (delivery) => {
      sent.push(delivery.idempotencyKey);
      return await made.answer(delivery);
    },
  };
  const sender = new OutboxSender({
    channel,
    rateLimit,
    reader: outbox,
    marks: outbox,
    runtime,
    report: (report) => reports.push(report),
  });
  const made: Setup = { runtime, outbox, sent, reports, sender, answer: () => taken };
  return made;
}

describe('the sender of an outbox', () => {
  it('sends each row once, though its mark is written only later', async () => {
    const { outbox, runtime, sender, sent } = setup();
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.pass(60_000);
    expect(sent).toEqual(['a:firing:hook']);
    outbox.checkpoint();
    await runtime.pass(60_000);
    expect(sent).toHaveLength(1);
    expect(outbox.status('a:firing:hook')).toMatchObject({ status: 'delivered', attempts: 1 });
  });

  it('sends other channels’ rows never', async () => {
    const { outbox, runtime, sender, sent } = setup();
    outbox.add({ ...newRow('a', 'firing', runtime.nowMs()), channel: 'other' });
    sender.wake();
    await runtime.pass(60_000);
    expect(sent).toEqual([]);
  });

  it('keeps the order within an alert while its receiver is down, and does not let it hold others up', async () => {
    const made = setup();
    const { outbox, runtime, sender, sent } = made;
    made.answer = ({ idempotencyKey }) => (idempotencyKey.startsWith('a') ? down : taken);
    for (const [alert, event] of [
      ['a', 'firing'],
      ['a', 'resolved'],
      ['b', 'firing'],
      ['b', 'resolved'],
    ] as const) {
      outbox.add(newRow(alert, event, runtime.nowMs()));
    }
    sender.wake();
    await runtime.pass(3000);
    expect(sent.filter((key) => key.startsWith('b'))).toEqual(['b:firing:hook', 'b:resolved:hook']);
    expect(new Set(sent.filter((key) => key.startsWith('a')))).toEqual(new Set(['a:firing:hook']));
    made.answer = () => taken;
    await runtime.pass(300_000);
    expect(sent.slice(-2)).toEqual(['a:firing:hook', 'a:resolved:hook']);
  });

  it('backs off while a receiver is down for an hour, and delivers then', async () => {
    const made = setup();
    const { outbox, runtime, sender, sent } = made;
    made.answer = () => down;
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.pass(3_600_000);
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.length).toBeLessThan(40);
    made.answer = () => taken;
    await runtime.pass(300_000);
    outbox.checkpoint();
    expect(outbox.status('a:firing:hook')?.status).toBe('delivered');
  });

  it('leaves the whole channel in peace for as long as Retry-After says', async () => {
    const made = setup();
    const { outbox, runtime, sender, sent } = made;
    made.answer = () => ({ ok: false, error: 'host answered 429', retry: true, retryAfterMs: 120_000 });
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.settle();
    made.answer = () => taken;
    outbox.add(newRow('b', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.pass(119_000);
    expect(sent).toEqual(['a:firing:hook']);
    await runtime.pass(2000);
    expect(sent.slice(1).sort()).toEqual(['a:firing:hook', 'b:firing:hook']);
  });

  it('is held up by no time of before the clock was set back', async () => {
    const made = setup(new MemoryOutbox(), fakeRuntime(), { count: 2, perMs: 60_000 });
    const { outbox, runtime, sender, sent } = made;
    made.answer = () => ({ ok: false, error: 'host answered 429', retry: true, retryAfterMs: 120_000 });
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.settle();
    made.answer = () => taken;
    outbox.add(newRow('b', 'firing', runtime.nowMs()));
    outbox.add(newRow('c', 'firing', runtime.nowMs()));
    runtime.stepBack(24 * 3_600_000);
    await runtime.pass(130_000);
    expect(sent.slice(1).sort()).toEqual(['a:firing:hook', 'b:firing:hook', 'c:firing:hook']);
  });

  it('makes no more attempts than its rate allows, and gets everything through in order of age', async () => {
    const made = setup(new MemoryOutbox(), fakeRuntime(), { count: 3, perMs: 60_000 });
    const { outbox, runtime, sender, sent } = made;
    const alerts = Array.from({ length: 10 }, (_, index) => `a${index}`);
    for (const alert of alerts) outbox.add(newRow(alert, 'firing', runtime.nowMs()));
    sender.wake();
    const counts: number[] = [];
    for (let minute = 0; minute < 4; minute++) {
      await runtime.pass(59_000);
      counts.push(sent.length);
      await runtime.pass(1000);
    }
    expect(counts).toEqual([3, 6, 9, 10]);
    expect(sent).toEqual(alerts.map((alert) => `${alert}:firing:hook`));
  });

  it('takes a refusal for final', async () => {
    const made = setup();
    const { outbox, runtime, sender, sent } = made;
    made.answer = () => ({ ok: false, error: 'host answered 400: what?', retry: false });
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.pass(600_000);
    outbox.checkpoint();
    expect(sent).toHaveLength(1);
    expect(outbox.status('a:firing:hook')).toMatchObject({
      status: 'dead',
      lastError: 'host answered 400: what?',
    });
  });

  it('takes a channel that throws for a failed attempt, and goes on', async () => {
    const made = setup();
    const { outbox, runtime, sender, reports } = made;
    made.answer = () => {
      throw new URIError('URI malformed');
    };
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.settle();
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: 'the attempt broke off: URI malformed' });
    made.answer = () => taken;
    await runtime.pass(300_000);
    outbox.checkpoint();
    expect(outbox.status('a:firing:hook')?.status).toBe('delivered');
  });

  it('gives up after a day', async () => {
    const made = setup();
    const { outbox, runtime, sender } = made;
    made.answer = () => down;
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.pass(23 * 3_600_000);
    outbox.checkpoint();
    expect(outbox.status('a:firing:hook')?.status).toBe('pending');
    await runtime.pass(3_600_000);
    outbox.checkpoint();
    expect(outbox.status('a:firing:hook')?.status).toBe('dead');
  });

  it('gives up unsent what has waited for more than a day, and goes on with what is newer', async () => {
    const { outbox, runtime, sender, sent, reports } = setup();
    const dayMs = 24 * 3_600_000;
    outbox.add(newRow('a', 'firing', runtime.nowMs() - dayMs - 1));
    outbox.add(newRow('b', 'firing', runtime.nowMs() - dayMs + 60_000));
    sender.wake();
    await runtime.settle();
    expect(sent).toEqual(['b:firing:hook']);
    expect(reports.map(({ outcome, alertId }) => [outcome, alertId])).toEqual([
      ['dead', 'a'],
      ['delivered', 'b'],
    ]);
    outbox.checkpoint();
    expect(outbox.status('a:firing:hook')).toMatchObject({
      status: 'dead',
      lastError: 'given up: it waited for more than 24 hours',
    });
  });

  it('sends a row again that was made pending anew', async () => {
    const { outbox, runtime, sender, sent } = setup();
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.settle();
    outbox.checkpoint();
    await runtime.pass(10_000);
    const row = outbox.rows[0];
    if (row !== undefined) outbox.rows[0] = { ...row, status: 'pending', attempts: 0 };
    await runtime.pass(10_000);
    expect(sent).toEqual(['a:firing:hook', 'a:firing:hook']);
  });

  it('reports each attempt, and marks only changes of the error as news', async () => {
    const made = setup();
    const { outbox, runtime, sender, reports } = made;
    made.answer = () => down;
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    sender.wake();
    await runtime.pass(3000);
    made.answer = () => ({ ...down, error: 'host answered 500' });
    await runtime.pass(10_000);
    made.answer = () => taken;
    await runtime.pass(60_000);
    const news = reports
      .filter(({ errorChanged }) => errorChanged)
      .map(({ outcome, error }) => [outcome, error]);
    expect(news).toEqual([
      ['failed', 'host: ECONNREFUSED'],
      ['failed', 'host answered 500'],
      ['delivered', null],
    ]);
    expect(reports.length).toBeGreaterThan(3);
  });

  it('breaks off at stop, marks nothing of it, and starts nothing more', async () => {
    const { outbox, runtime } = setup();
    outbox.add(newRow('a', 'firing', runtime.nowMs()));
    const channel: Channel = {
      name: 'hook',
      send: (_delivery, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    };
    const sender = new OutboxSender({
      channel,
      rateLimit: null,
      reader: outbox,
      marks: outbox,
      runtime,
      report: () => undefined,
    });
    sender.wake();
    await runtime.settle();
    await sender.stop();
    outbox.checkpoint();
    expect(outbox.status('a:firing:hook')).toMatchObject({ status: 'pending', attempts: 0 });
    sender.wake();
    await runtime.pass(60_000);
  });

  it('delivers everything at least once, in order, through any run of failures and crashes', async () => {
    const course = fc.array(fc.constantFrom('ok', 'ok', 'down', 'crash', 'checkpoint'), {
      minLength: 5,
      maxLength: 40,
    });
    let crashes = 0;
    await fc.assert(
      fc.asyncProperty(course, fc.integer({ min: 1, max: 4 }), async (happenings, alerts) => {
        const runtime = fakeRuntime(0.3);
        const outbox = new MemoryOutbox();
        const received: string[] = [];
        let made = setup(outbox, runtime);
        const start = (): void => {
          made = setup(outbox, runtime);
          made.answer = ({ idempotencyKey }) => {
            const happening = happenings.shift() ?? 'ok';
            if (happening === 'checkpoint') outbox.checkpoint();
            if (happening === 'down') return down;
            received.push(idempotencyKey);
            if (happening === 'crash') {
              crashes++;
              outbox.crash();
              return new Promise<SendOutcome>(() => undefined);
            }
            return taken;
          };
          made.sender.wake();
        };
        for (let alert = 0; alert < alerts; alert++) {
          outbox.add(newRow(`a${alert}`, 'firing', runtime.nowMs()));
          outbox.add(newRow(`a${alert}`, 'resolved', runtime.nowMs()));
        }
        start();
        for (let round = 0; round < 60; round++) {
          await runtime.settle();
          outbox.checkpoint();
          if (happenings.length > 0 || outbox.pending('hook', 1).length > 0) start();
          await runtime.pass(300_000);
          outbox.checkpoint();
          if (outbox.pending('hook', 1).length === 0) break;
        }
        expect(outbox.rows.every(({ status }) => status === 'delivered')).toBe(true);
        for (let alert = 0; alert < alerts; alert++) {
          const firing = received.indexOf(`a${alert}:firing:hook`);
          expect(firing).toBeGreaterThanOrEqual(0);
          expect(received.indexOf(`a${alert}:resolved:hook`)).toBeGreaterThan(firing);
        }
      }),
      { numRuns: 20 },
    );
    expect(crashes).toBeGreaterThan(5);
  });
});
