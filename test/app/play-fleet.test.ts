import { expect, test } from 'vitest';
import { fleetOfNow, playFleet } from '../../src/app/play-fleet.ts';
import type { OutgoingRecord } from '../../src/ingest/kafka/kafka-producer.ts';

const MINUTE = 60_000;
const now = Date.UTC(2026, 10, 24, 16, 30, 20);
const small = { hosts: 2, historyDays: 1, liveDays: 1 };

interface Played {
  readonly past: OutgoingRecord[];
  /** What was sent after each wait, by the time waited for. */
  readonly present: Map<number, OutgoingRecord[]>;
}

async function play(options: Parameters<typeof fleetOfNow>[0], untilMs: number): Promise<Played> {
  const past: OutgoingRecord[] = [];
  const present = new Map<number, OutgoingRecord[]>();
  let clock: number | null = null;
  const played = playFleet(fleetOfNow(options, now), {
    send: async (records) => void (clock === null ? past : (present.get(clock) ?? [])).push(...records),
    pastSent: (records) => expect(records).toBe(past.length),
    waitUntil: async (timeMs) => {
      if (timeMs > untilMs) throw new Error('seen enough');
      clock = timeMs;
      present.set(timeMs, []);
    },
  });
  await expect(played).rejects.toThrow('seen enough');
  return { past, present };
}

test('the past ends now, and then each step is sent once its minute is over', async () => {
  const { past, present } = await play(small, now + 5 * MINUTE);
  const thisMinute = Math.floor(now / MINUTE) * MINUTE;
  expect(Math.max(...past.map(({ timeMs }) => timeMs))).toBeLessThan(thisMinute);
  expect(Math.max(...past.map(({ timeMs }) => timeMs))).toBeGreaterThan(thisMinute - MINUTE);
  expect(past.length).toBeGreaterThan(1440 * 2 * 6);
  expect([...present.keys()]).toEqual([1, 2, 3, 4, 5].map((minutes) => thisMinute + minutes * MINUTE));
  for (const [endMs, records] of present) {
    expect(records.length).toBeGreaterThan(0);
    for (const { timeMs, value } of records) {
      expect(Math.floor(timeMs / MINUTE)).toBe(endMs / MINUTE - 1);
      expect(Date.parse((JSON.parse(String(value)) as { timestamp: string }).timestamp)).toBe(timeMs);
    }
  }
});

test('the first incident begins six minutes from now, on the clock of the records', () => {
  const { fleet, firstIncident } = fleetOfNow(small, now);
  expect(firstIncident?.instance).toBe(fleet.incidents[0]?.instance);
  expect(firstIncident?.atMs).toBe(Math.floor(now / MINUTE + 6) * MINUTE);
});

test('without incidents it plays as well', async () => {
  const options = { ...small, incidents: false };
  expect(fleetOfNow(options, now).firstIncident).toBeNull();
  expect((await play(options, now + MINUTE)).present.size).toBe(1);
});
