import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startSilenceWatch } from '../../src/app/silence-watch.ts';
import type { PipelineCall } from '../../src/app/messages.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import type { QuietWindow } from '../../src/pipeline/alerts/quiet-window.ts';
import { alertmanagerConfig } from '../delivery/channel-configs.ts';
import { alertmanagerBinary, startAlertmanager } from '../support/alertmanager.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { configOf } from './config-fixture.ts';

const kept = new Map<string, QuietWindow>();
const calls: PipelineCall[] = [];
const events: TelemetryEvent[] = [];
let stop: (() => Promise<void>) | null = null;
let server: Server | null = null;
afterEach(async () => {
  await stop?.();
  stop = null;
  server?.close();
  server = null;
  for (const list of [calls, events]) list.length = 0;
  kept.clear();
});

/** A watch of an Alertmanager whose windows go into a map. */
function watch(...urls: string[]): void {
  stop = startSilenceWatch({
    config: { ...configOf('/nowhere'), channels: [alertmanagerConfig(urls)] },
    store: { quietWindows: () => [...kept.values()] },
    thread: {
      call: (call) => {
        calls.push(call);
        if (call.kind === 'windows') for (const { window } of call.changes) kept.set(window.id, window);
        return Promise.resolve(true);
      },
    },
    report: (event) => events.push(event),
    everyMs: 50,
  });
}

/** An Alertmanager that holds one silence for each pattern on `instance`; answers its URL. */
async function holding(looks: { count: number; endMs?: number }, ...patterns: string[]): Promise<string> {
  const { endMs = Date.now() } = looks;
  const silences = patterns.map((value, index) => ({
    id: `silence ${index}`,
    matchers: [{ name: 'instance', value, isRegex: true, isEqual: true }],
    startsAt: new Date(endMs - 3_600_000).toISOString(),
    endsAt: new Date(endMs).toISOString(),
    comment: `of ${value}`,
  }));
  const started = createServer((_request, response) => {
    looks.count += 1;
    response.end(JSON.stringify(silences));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

it.skipIf(alertmanagerBinary.path === null)(
  `the silences that a real Alertmanager holds come on record once, and again when one is ended${alertmanagerBinary.note}`,
  async () => {
    const alertmanager = await startAlertmanager();
    const startsAt = new Date(Date.now() + 1000).toISOString();
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const matchers = [
      { name: 'instance', value: 'db-.*', isRegex: true, isEqual: true },
      { name: 'severity', value: 'info', isRegex: false, isEqual: false },
    ];
    const made = await fetch(`${alertmanager.url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'tests', comment: 'new disks' }),
    });
    const { silenceID } = (await made.json()) as { readonly silenceID: string };
    watch(alertmanager.url);
    await waitFor('the silence', () => kept.size === 1);
    const [window] = kept.values();
    expect(window).toMatchObject({
      kind: 'silence',
      origin: new URL(alertmanager.url).host,
      fromMs: Date.parse(startsAt),
      untilMs: Date.parse(endsAt),
      comment: 'new disks',
    });
    expect(window?.matchers).toEqual(
      expect.arrayContaining([
        { label: 'instance', op: '=~', value: 'db-.*' },
        { label: 'severity', op: '!=', value: 'info' },
      ]),
    );
    await fetch(`${alertmanager.url}/api/v2/silence/${silenceID}`, { method: 'DELETE' });
    await waitFor('its end', () => (kept.get(window?.id ?? '')?.untilMs ?? Infinity) < Date.parse(endsAt));
    expect(calls).toHaveLength(2);
    await alertmanager.stop();
  },
  30_000,
);

it('an Alertmanager that does not answer is told of once', async () => {
  const port = await freePort();
  // The second is asked after the first, so its count tells how often that was.
  const looks = { count: 0 };
  watch(`http://user:secret-word@127.0.0.1:${port}`, await holding(looks));
  await waitFor('some looks', () => looks.count > 3);
  expect(events.map(({ event }) => event)).toEqual(['silences_unknown']);
  expect(events[0]?.message).toContain(`127.0.0.1:${port}`);
  expect(events[0]?.message).not.toContain('secret-word');
});

it('a pattern of RE2 is read as JavaScript writes it, and one that can not be is left out and told of once by name', async () => {
  const looks = { count: 0 };
  const left = ['(?i)db', '[[:alpha:]]+', '(a+)+'];
  watch(await holding(looks, 'web\\-1', 'web\\_1', '(?P<x>db)-1', ...left));
  await waitFor('some looks', () => looks.count > 3);
  const values = [...kept.values()].map(({ matchers }) => matchers[0]?.value);
  expect(values.sort()).toEqual(['(?<x>db)-1', 'web-1', 'web_1']);
  expect(calls).toHaveLength(1);
  expect(events.map(({ event }) => event)).toEqual(left.map(() => 'silences_unknown'));
  const messages = events.map(({ message }) => message).sort();
  for (const [index, pattern] of left.entries()) {
    expect(messages[index]).toContain(`Silence silence ${index + 3} of 127.0.0.1`);
    expect(messages[index]).toContain(`"of ${pattern}"`);
  }
});

it('a silence kept with a pattern that could not be read takes the one that can', async () => {
  const looks = { count: 0 };
  const url = await holding(looks, 'web\\-1');
  watch(url);
  await waitFor('the silence', () => kept.size === 1);
  for (const [id, window] of kept) {
    kept.set(id, { ...window, matchers: [{ label: 'instance', op: '=~', value: 'web\\-1' }] });
  }
  await waitFor('the pattern mended', () => [...kept.values()][0]?.matchers[0]?.value === 'web-1');
});

it('an Alertmanager that is down does not keep the silences of the others from being read', async () => {
  const looks = { count: 0 };
  const dead = `http://127.0.0.1:${await freePort()}`;
  watch(dead, await holding(looks, 'db-.*'));
  await waitFor('some looks', () => looks.count > 3);
  expect(kept.size).toBe(1);
  expect(events).toHaveLength(1);
  expect(events[0]?.message).toContain(new URL(dead).host);
});

it('a silence that was over before anything that is still learned from is not taken', async () => {
  const looks = { count: 0, endMs: Date.now() - 36 * 86_400_000 };
  watch(await holding(looks, 'db-.*'));
  await waitFor('some looks', () => looks.count > 2);
  expect(calls).toEqual([]);
});
