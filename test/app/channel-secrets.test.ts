import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDelivery } from '../../src/app/deliver.ts';
import { createInstruments } from '../../src/app/instruments.ts';
import type { PipelineThread } from '../../src/app/pipeline-thread.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import { testChannel } from '../../src/app/test-channel.ts';
import type { Config } from '../../src/config/config.ts';
import type { OutboxMark, OutboxRow } from '../../src/core/outbox.ts';
import { webhookBody } from '../../src/delivery/webhook-body.ts';
import type { StoreReader } from '../../src/store/store-reader.ts';
import { loadText, MINIMAL, problemsOf } from '../config/load-text.ts';
import { firingAlert, notificationOf, stepMs, toldOf } from '../delivery/alert-fixtures.ts';
import { newRow } from '../delivery/memory-outbox.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { fc } from '../support/properties.ts';

/** A receiver that throws all it gets back at the sender: the path, the headers and the body, in an order of its own. */
let gossip: Server;
let answer = { status: 400, order: [0, 1, 2] };
let port = 0;
let closedPort = 0;
beforeAll(async () => {
  gossip = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const parts = [request.url ?? '', JSON.stringify(request.headers), Buffer.concat(chunks).toString()];
      response.writeHead(answer.status, { location: request.url ?? '/' });
      response.end(answer.order.map((index) => parts[index]).join(' '));
    });
  });
  await new Promise<void>((resolve) => gossip.listen(0, '127.0.0.1', resolve));
  port = (gossip.address() as AddressInfo).port;
  closedPort = await freePort();
});
afterAll(() => gossip.close());

const secret = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/);

/** All channels, each with every secret that it can have. */
function configText(words: readonly string[], to: number): string {
  const [path, user, password, hmac, slack, routing, sasl] = words;
  const host = `127.0.0.1:${to}`;
  return `${MINIMAL}
channels:
  - {name: hook, type: webhook, url: "http://${user}:${password}@${host}/in/${path}?token=${slack}", secret: "${hmac}"}
  - {name: am, type: alertmanager, urls: ["http://${user}:${password}@${host}/prefix"]}
  - {name: chat, type: slack, url: "http://${host}/services/T0/${slack}"}
  - {name: pager, type: pagerduty, url: "http://${host}/v2/enqueue", routing_key: "${routing}"}
  - {name: bus, type: kafka, topic: alerts, brokers: ["${host}"], sasl: {mechanism: plain, username: me, password: "${sasl}"}}
`;
}

const http = (config: Config): Config => ({
  ...config,
  channels: config.channels.filter(({ type }) => type !== 'kafka'),
});

function expectNone(words: readonly string[], shown: string): void {
  for (const word of words) {
    // Half of it is too much as well.
    expect(shown).not.toContain(word.slice(0, 8));
    expect(shown).not.toContain(word.slice(-8));
  }
}

/** Runs delivery until each edge channel has tried, and answers everything that it logged, counted and marked. */
async function delivered(config: Config): Promise<string> {
  const instruments = createInstruments(config, 'silent', { version: '1', nodeVersion: '20' });
  const events: TelemetryEvent[] = [];
  const marks: OutboxMark[] = [];
  const alert = firingAlert(Date.now() - 60_000);
  const body = JSON.stringify(webhookBody(toldOf(notificationOf(alert)), { stepMs, idempotencyKey: 'k' }));
  const edge = config.channels.filter(({ type }) => type !== 'alertmanager').map(({ name }) => name);
  const rowOf = (channel: string): OutboxRow => ({
    ...newRow('a', 'firing', Date.now()),
    id: channel,
    channel,
    body,
    attempts: 0,
    nextAttemptMs: 0,
    status: 'pending',
    lastError: null,
    deliveredMs: null,
  });
  const store = { pendingOutbox: (channel: string) => [rowOf(channel)], showIncident: () => null };
  const thread = {
    call: (call: { marks: OutboxMark[] }) => {
      marks.push(...call.marks);
      return Promise.resolve(null);
    },
  };
  instruments.current.restore([{ alert, incidentId: null }]);
  const service = startDelivery({
    config,
    store: store as unknown as StoreReader,
    thread: thread as unknown as PipelineThread,
    instruments: { ...instruments, report: (event) => events.push(event) },
  });
  const tried = (): boolean =>
    edge.every((name) => marks.some(({ id }) => id === name)) &&
    events.some(({ fields }) => fields?.['channel'] === 'am');
  await waitFor('an attempt of each channel', tried);
  await service.stop();
  expect(events.length).toBeGreaterThan(3);
  return JSON.stringify([events, marks]) + (await instruments.metrics.registry.metrics());
}

it('no secret of any channel shows in logs, metrics, marks, answers or a printed configuration', async () => {
  const words = fc.uniqueArray(secret, { minLength: 7, maxLength: 7, selector: (word) => word.slice(0, 8) });
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
  await fc.assert(
    fc.asyncProperty(words, fc.constantFrom(400, 401, 500, 302), order, async (given, status, parts) => {
      answer = { status, order: parts };
      const { config } = loadText(configText(given, port));
      expectNone(given, await delivered(http(config)));
      for (const { name } of http(config).channels) {
        expectNone(given, JSON.stringify(await testChannel(config, name)));
      }
      const printed = JSON.stringify(config.channels) + inspect(config.channels, { depth: 10 });
      expectNone(given, printed);
    }),
    { numRuns: 12 },
  );
});

it('no secret shows where nobody listens, also no broker', async () => {
  const given = Array.from({ length: 7 }, (_, index) => `${index}`.repeat(12));
  const { config } = loadText(configText(given, closedPort));
  const attempts = await Promise.all(config.channels.map(({ name }) => testChannel(config, name)));
  expect(attempts.flat().every(({ ok }) => !ok)).toBe(true);
  expectNone(given, JSON.stringify(attempts));
});

it('no secret shows in what is wrong with a configuration', () => {
  const given = Array.from({ length: 7 }, (_, index) => `w0rd${index}`.repeat(3));
  const broken = configText(given, 9)
    .replaceAll('http://', 'htp://')
    .replace('mechanism: plain', 'mechanism: plane');
  const problems = problemsOf(() => loadText(broken));
  expect(problems.length).toBeGreaterThan(3);
  expectNone(given, JSON.stringify(problems));
});
