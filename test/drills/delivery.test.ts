import { afterEach, expect, it } from 'vitest';
import type { NewOutboxRow } from '../../src/core/outbox.ts';
import { openStore } from '../../src/store/open-store.ts';
import { newRow } from '../delivery/memory-outbox.ts';
import { checkpointOf, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { startGuarded, type GuardedProcess } from '../support/guarded-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startHostileReceiver, type HostileReceiver, type Misdeed } from '../support/hostile-receiver.ts';

const PROGRAM = new URL('./delivery-process.ts', import.meta.url).pathname;
/** An hour passes in six seconds. */
const SPEED = 600;
const ALERTS = 12;

let child: GuardedProcess | null = null;
let receiver: HostileReceiver | null = null;
afterEach(async () => {
  await child?.stop('SIGKILL');
  await receiver?.close();
});

function fill(folder: string, createdMs: number): readonly NewOutboxRow[] {
  const rows = Array.from({ length: ALERTS }, (_, index) => `alert-${index}`).flatMap((alert) => [
    newRow(alert, 'firing', createdMs),
    newRow(alert, 'resolved', createdMs),
  ]);
  const store = openWriter(folder);
  store.applyCheckpoint(checkpointOf({}), { outbox: rows });
  store.close();
  return rows;
}

const statuses = (folder: string): string[] => {
  const store = openStore(folder, { mode: 'read' });
  try {
    return store.listOutbox({ limit: 1000 }).map(({ status }) => status);
  } finally {
    store.close();
  }
};

it('a receiver that is down for an hour, fails in every way and sees its sender killed gets each delivery, in order, with a key that stays', async () => {
  const folder = temporaryDirectory();
  const epochMs = Date.now();
  const rows = fill(folder, epochMs);
  const start = async (url: string): Promise<void> => {
    const args = ['--import', 'tsx', PROGRAM, folder, url, String(epochMs), String(SPEED)];
    const started = startGuarded(process.execPath, args);
    child = started;
    await waitFor('the sender', () => started.output().includes('delivering'));
  };
  // Each of these befalls the first attempts; then, now and then, the sender dies before it hears the answer.
  const misdeeds: Misdeed[] = [
    'error',
    'hang',
    'reset',
    'half_header',
    'endless_error',
    'busy',
    'half_body',
    'huge',
    'endless',
  ];
  let kills = 0;
  // Requests that come in before the signal does are of the same life.
  let isDying = false;
  receiver = await startHostileReceiver((index) => {
    const misdeed = misdeeds[index];
    if (misdeed !== undefined) return misdeed;
    if (isDying || kills === 3 || index % 3 !== 0) return 'fine';
    isDying = true;
    return 'kill';
  });
  const { url, port } = receiver;
  receiver.onKill(async () => {
    kills += 1;
    await child?.stop('SIGKILL');
    await start(url);
    isDying = false;
  });
  await receiver.goDown();
  await start(url);
  // Nothing listens for an hour of the sender's time.
  const upMs = epochMs + 3_600_000 / SPEED + 1000;
  await waitFor('the hour to pass', () => Date.now() >= upMs, { everyMs: 20 });
  expect(statuses(folder)).toEqual(rows.map(() => 'pending'));
  await receiver.comeBack(port);
  await waitFor('all deliveries', () => statuses(folder).every((status) => status === 'delivered'), {
    timeoutMs: 60_000,
    everyMs: 100,
  });
  expect(kills).toBe(3);
  const { taken } = receiver;
  for (const row of rows) {
    const mine = taken.filter(({ key }) => key === row.idempotencyKey);
    expect(mine.length).toBeGreaterThanOrEqual(1);
    expect(new Set(mine.map(({ body }) => body))).toEqual(new Set([row.body]));
  }
  for (let index = 0; index < ALERTS; index++) {
    const first = (event: string): number =>
      taken.findIndex(({ key }) => key === `alert-${index}:${event}:hook`);
    expect(first('firing')).toBeLessThan(first('resolved'));
  }
  // The kills are what repeats, and no more than what was under way then, four at most.
  expect(taken.length).toBeGreaterThan(rows.length);
  expect(taken.length).toBeLessThanOrEqual(rows.length + 3 * 4 + misdeeds.length);
}, 120_000);
