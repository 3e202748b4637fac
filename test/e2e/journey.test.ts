import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hostSamples, prometheusRecords } from '../app/discovery/host-samples.ts';
import { runStrayd } from '../cli/run-strayd.ts';
import { alertmanagerBinary, startAlertmanager } from '../support/alertmanager.ts';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { startStrayd } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';

const STEP_MS = 60_000;
/** Long enough that stretches of it are read, and that a fifth of them covers a day. */
const HISTORY_STEPS = 3400;
const LIVE_STEPS = 40;
const PARTITIONS = 2;
const HOSTS = ['db-1', 'db-2', 'web-1', 'web-2'];

interface Written {
  detectors: { mode: string }[];
  channels: unknown[];
  server?: unknown;
}
interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const closers: (() => Promise<unknown>)[] = [];
let brokers: readonly string[] = [];
beforeAll(async () => {
  brokers = (await sharedKafka()).brokers;
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it.skipIf(alertmanagerBinary.path === null)(
  `an unknown topic becomes an alert with the right feature: init, check, run, learn, alert${alertmanagerBinary.note}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strayd-journey-'));
    closers.push(async () => rmSync(folder, { recursive: true, force: true }));
    const topic = await createTopic(brokers, PARTITIONS);
    // All of it at once, so that counters go on: the end of it is written later, as the present.
    const liveMs = Math.floor(Date.now() / STEP_MS - LIVE_STEPS) * STEP_MS;
    const leak = { host: 'db-2', fromMs: liveMs + (LIVE_STEPS / 2) * STEP_MS };
    const records = prometheusRecords(
      hostSamples({
        hosts: HOSTS,
        fromMs: liveMs - HISTORY_STEPS * STEP_MS,
        stepMs: STEP_MS,
        steps: HISTORY_STEPS + LIVE_STEPS,
        leak,
      }),
      PARTITIONS,
    );
    await produce(
      brokers,
      topic,
      records.filter(({ timeMs }) => timeMs < liveMs),
    );

    const init = await runStrayd(['init', '--yes', '--brokers', brokers.join(), '--topic', topic], {
      cwd: folder,
    });
    expect(init.code).toBe(0);
    const check = await runStrayd(['check', '--online'], { cwd: folder });
    expect(check).toMatchObject({ code: 0, stderr: '' });

    const { server: _server, ...written } = parse(
      readFileSync(join(folder, 'strayd.yaml'), 'utf8'),
    ) as Written;
    const config = { ...written, kafka: { brokers, group_id: uniqueName('journey') } };
    const observing = await startStrayd(folder, config);
    closers.push(() => observing.kill());
    await waitFor('the first model', () => observing.log().includes('"event":"model_activated"'), {
      timeoutMs: 180_000,
    });
    expect(observing.log()).toContain('History of instances is read back from Kafka');
    expect(await observing.stop()).toBe(0);

    const alertmanager = await startAlertmanager();
    closers.push(() => alertmanager.stop());
    const alerting = await startStrayd(folder, {
      ...config,
      detectors: config.detectors.map((detector) => ({ ...detector, mode: 'alert' })),
      channels: [{ name: 'am', type: 'alertmanager', urls: [alertmanager.url] }],
    });
    closers.push(() => alerting.kill());
    await produce(
      brokers,
      topic,
      records.filter(({ timeMs }) => timeMs >= liveMs),
    );
    const alerts = async (): Promise<readonly Shown[]> =>
      (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as Shown[];
    await waitFor(
      'the alert',
      async () => (await alerts()).some(({ labels }) => labels['instance'] === leak.host),
      {
        timeoutMs: 60_000,
      },
    );
    const [alert] = (await alerts()).filter(({ labels }) => labels['instance'] === leak.host);
    expect(alert?.labels).toMatchObject({ detector: 'instances', instance: 'db-2' });
    expect(alert?.annotations['summary']).toContain('node_memory_MemAvailable_bytes');
    expect(await alerting.stop()).toBe(0);
  },
  400_000,
);
