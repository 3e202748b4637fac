import { expect, it } from 'vitest';
import type { LevelAlert } from '../../src/delivery/alertmanager-body.ts';
import type { SendOutcome } from '../../src/delivery/channel.ts';
import type { DeliveryReport } from '../../src/delivery/delivery-runtime.ts';
import { LevelSender } from '../../src/delivery/level-sender.ts';
import { taken } from './channel-configs.ts';
import { firingAlert, levelOf } from './alert-fixtures.ts';
import { fakeRuntime, type FakeRuntime } from './fake-runtime.ts';

interface Post {
  readonly afterMs: number;
  readonly alerts: readonly { readonly labels: Record<string, string>; readonly endsAt: string }[];
}

interface Setup {
  readonly runtime: FakeRuntime;
  readonly posts: Post[];
  readonly reports: DeliveryReport[];
  readonly sender: LevelSender;
  current: readonly LevelAlert[];
  answer: () => SendOutcome;
}

function setup(): Setup {
  const runtime = fakeRuntime();
  const startMs = runtime.nowMs();
  const posts: Post[] = [];
  const reports: DeliveryReport[] = [];
  const channel = {
    name: 'am',
    send: ({ body }: { readonly body: string }) => {
      posts.push({ afterMs: runtime.nowMs() - startMs, alerts: JSON.parse(body) as Post['alerts'] });
      return Promise.resolve(made.answer());
    },
  };
  const sender = new LevelSender({
    channel,
    current: () => made.current,
    template: null,
    templateFailed: () => undefined,
    runtime,
    report: (report) => reports.push(report),
  });
  const alert = firingAlert(startMs - 60_000);
  const made: Setup = {
    runtime,
    posts,
    reports,
    sender,
    current: [levelOf(alert)],
    answer: () => taken,
  };
  return made;
}

it('reports what it could not even make, and tries again', async () => {
  const made = setup();
  const { runtime, posts, sender, reports } = made;
  made.answer = () => {
    throw new Error('no body');
  };
  sender.wake();
  await runtime.settle();
  expect(reports).toMatchObject([
    { outcome: 'failed', error: 'the attempt broke off: no body', errorChanged: true },
  ]);
  made.answer = () => taken;
  await runtime.pass(20_000);
  expect(posts.length).toBeGreaterThan(1);
  expect(reports.at(-1)).toMatchObject({ outcome: 'delivered', errorChanged: true });
});

it('tells all at each change and again each minute, to hold four minutes', async () => {
  const { runtime, posts, sender } = setup();
  sender.wake();
  await runtime.pass(90_000);
  sender.wake();
  await runtime.pass(61_000);
  expect(posts.map(({ afterMs }) => afterMs)).toEqual([0, 60_000, 90_000, 150_000]);
  const holdsMs = Date.parse(posts[3]?.alerts[0]?.endsAt ?? '') - runtime.nowMs();
  expect(holdsMs).toBe(239_000);
});

it('posts nothing where nothing is to be told', async () => {
  const made = setup();
  made.current = [];
  made.sender.wake();
  await made.runtime.pass(300_000);
  expect(made.posts).toEqual([]);
});

it('tries a failed post again within seconds, with what is true by then', async () => {
  const made = setup();
  made.answer = () => ({ ok: false, error: 'am: ECONNREFUSED', retry: true });
  made.sender.wake();
  await made.runtime.pass(120_000);
  expect(made.posts.length).toBeGreaterThan(10);
  const alert = firingAlert(made.runtime.nowMs(), { labels: { instance: 'db-4' } });
  made.current = [levelOf(alert)];
  made.answer = () => taken;
  const before = made.posts.length;
  await made.runtime.pass(15_000);
  expect(made.posts).toHaveLength(before + 1);
  expect(made.posts.at(-1)?.alerts[0]?.labels['instance']).toBe('db-4');
  expect(made.reports.filter(({ errorChanged }) => errorChanged).map(({ outcome }) => outcome)).toEqual([
    'failed',
    'delivered',
  ]);
});

it('waits for the next minute after a refusal, and as long as Retry-After says', async () => {
  const made = setup();
  made.answer = () => ({ ok: false, error: 'am answered 400', retry: false });
  made.sender.wake();
  await made.runtime.pass(59_000);
  expect(made.posts).toHaveLength(1);
  made.answer = () => ({ ok: false, error: 'am answered 429', retry: true, retryAfterMs: 100_000 });
  await made.runtime.pass(100_000);
  expect(made.posts).toHaveLength(2);
});
