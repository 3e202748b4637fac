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
afterEach(async () => {
  await stop?.();
  stop = null;
  for (const list of [calls, events]) list.length = 0;
  kept.clear();
});

/** A watch of an Alertmanager whose windows go into a map. */
function watch(url: string): void {
  stop = startSilenceWatch({
    config: { ...configOf('/nowhere'), channels: [alertmanagerConfig([url])] },
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
  watch(`http://user:secret-word@127.0.0.1:${port}`);
  await waitFor('the notice', () => events.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(events.map(({ event }) => event)).toEqual(['silences_unknown']);
  expect(events[0]?.message).toContain(`127.0.0.1:${port}`);
  expect(events[0]?.message).not.toContain('secret-word');
});
