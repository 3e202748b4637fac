import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Alert } from '../../src/pipeline/effects.ts';
import type { AlertView } from '../../src/server/views/alert-view.ts';
import type { DeliveryView } from '../../src/server/views/delivery-view.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import { runStrayd } from './run-strayd.ts';

const alert: Alert = {
  id: 'c0ffee0123456789',
  detector: 'hosts',
  entity: 'db-3',
  labels: { instance: 'db-3' },
  kind: 'anomaly',
  severity: 'warning',
  state: 'firing',
  provisional: false,
  firstStepOver: 117_600_000,
  firedStep: 117_600_002,
  lastStepOver: 117_600_009,
  resolvedStep: null,
  resolution: null,
  notified: true,
  peakScore: 3.42,
  peakStep: 117_600_004,
  contributions: [{ feature: 'latency', unit: 's', ratio: 0.7, seen: 4.2, expected: 0.8, range: null }],
  modelVersion: '643f7526ddeb',
  recent: [0.8, 4.2],
};
const view: AlertView = {
  alert,
  label: null,
  incident: 'feedfacedeadbeef',
  text: 'db-3: latency 4.2 s, expected about 800 ms',
  since: '2026-11-24T03:10:15.000Z',
  deliver: true,
};

interface Asked {
  readonly request: string;
  readonly token: string | undefined;
  readonly body: string;
}

const folder = mkdtempSync(join(tmpdir(), 'strayd-alerts-'));
const asked: Asked[] = [];
let answer: { status: number; body: unknown } = { status: 200, body: {} };
let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url: path, headers } = request;
      asked.push({ request: `${method} ${path}`, token: headers.authorization, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  asked.length = 0;
});

it('lists alerts as a table, filtered by the daemon', async () => {
  answer = { status: 200, body: { alerts: [view] } };
  const { code, stdout } = await runStrayd([
    'alerts',
    'list',
    '--url',
    url,
    '-d',
    'hosts',
    '-s',
    'firing',
    '-i',
    'feedfacedeadbeef',
    '-n',
    '5',
  ]);
  expect(asked.map(({ request }) => request)).toEqual([
    'GET /api/v1/alerts?limit=5&detector=hosts&state=firing&incident=feedfacedeadbeef',
  ]);
  const [header, , row] = stdout.split('\n');
  expect(header).toMatch(
    /^id +state +since +detector +entity +kind +score +feature +deliver +incident +label$/,
  );
  expect(row).toMatch(
    /^c0ffee0123456789 +firing +2026-11-24T03:10:15\.000Z +hosts +db-3 +anomaly +3\.42 +latency +yes +feedfacedeadbeef$/,
  );
  expect(code).toBe(0);
});

it('lists them as JSON, and says so when there are none', async () => {
  answer = { status: 200, body: { alerts: [view] } };
  const json = await runStrayd(['alerts', 'list', '--json'], { env: { STRAYD_URL: url } });
  expect(JSON.parse(json.stdout)).toEqual([view]);
  answer = { status: 200, body: { alerts: [] } };
  expect((await runStrayd(['alerts', 'list', '--url', url])).stdout).toBe('No alerts.\n');
});

it('shows one alert in words', async () => {
  answer = { status: 200, body: view };
  const { stdout } = await runStrayd(['alerts', 'show', alert.id, '--url', url]);
  expect(asked[0]?.request).toBe(`GET /api/v1/alerts/${alert.id}`);
  expect(stdout).toBe(`${view.text}\n`);
});

it('labels an alert, with the token from a file', async () => {
  answer = { status: 200, body: {} };
  const file = join(folder, 'token');
  writeFileSync(file, 'hunter2\n');
  const args = ['alerts', 'label', alert.id, 'real', '--url', url, '--token-file', file];
  const { code, stdout } = await runStrayd(args);
  expect(asked).toEqual([
    { request: `POST /api/v1/alerts/${alert.id}/label`, token: 'Bearer hunter2', body: '{"label":"real"}' },
  ]);
  expect(stdout).toBe(`${alert.id} is labelled real.\n`);
  expect(code).toBe(0);
});

it('passes on what the daemon refuses', async () => {
  const detail =
    'There is no alert "x"; "strayd alerts list" shows those that there are (GET /api/v1/alerts).';
  answer = { status: 404, body: { detail } };
  const { code, stderr } = await runStrayd(['alerts', 'show', 'x', '--url', url]);
  // A command is the way out here, not a route.
  expect(stderr).toContain('There is no alert "x"; "strayd alerts list" shows those that there are.\n');
  expect(code).toBe(2);
  answer = { status: 409, body: { detail: 'Alert of db\u001b[2J is resolved.' } };
  const refused = await runStrayd(['alerts', 'label', 'x', 'real', '--url', url]);
  expect(refused.stderr).toContain('Alert of db\\u{1b}[2J is resolved.');
  expect(refused.code).toBe(1);
});

it('says whom it could not reach, and what to look at', async () => {
  const free = createServer();
  await new Promise<void>((resolve) => void free.listen(0, '127.0.0.1', resolve));
  const closed = `http://127.0.0.1:${(free.address() as AddressInfo).port}`;
  await new Promise((resolve) => free.close(resolve));
  const { code, stderr } = await runStrayd(['alerts', 'list', '--url', closed]);
  expect(stderr).toContain(`No answer from strayd at ${closed}`);
  expect(stderr).toContain('Is "strayd run" up');
  expect(code).toBe(1);
});

it('lists what was given up, and how to send it again', async () => {
  const dead: DeliveryView = {
    incident: alert.id,
    channel: 'hook',
    status: 'dead',
    attempts: 7,
    lastError: 'example.org answered 400: no\u001b[2J',
    idempotencyKey: `${alert.id}:firing:hook`,
    since: '2026-11-24T03:10:15.000Z',
    deliveredAt: null,
  };
  answer = { status: 200, body: { deliveries: [dead] } };
  const { stdout } = await runStrayd(['alerts', 'resend', '--channel', 'hook', '--url', url]);
  expect(asked[0]?.request).toBe('GET /api/v1/deliveries?status=dead&limit=1000&channel=hook');
  expect(stdout).toMatch(
    /c0ffee0123456789 +hook +2026-11-24T03:10:15\.000Z +7 +example\.org answered 400: no/,
  );
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('"alerts resend --dead" sends them again.');
  answer = { status: 200, body: { deliveries: [] } };
  expect((await runStrayd(['alerts', 'resend', '--url', url])).stdout).toBe('No delivery was given up.\n');
});

it('sends one alert again, or all that was given up, and fails if there is nothing', async () => {
  answer = { status: 200, body: { resent: 2 } };
  const one = await runStrayd(['alerts', 'resend', alert.id, '--url', url]);
  expect(one.stdout).toBe('2 deliveries are sent again.\n');
  answer = { status: 200, body: { resent: 1 } };
  const all = await runStrayd(['alerts', 'resend', '--dead', '-c', 'hook', '--url', url]);
  expect(all.stdout).toBe('1 delivery is sent again.\n');
  expect(asked.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { alert: alert.id },
    { dead: true, channel: 'hook' },
  ]);
  answer = { status: 200, body: { resent: 0 } };
  const none = await runStrayd(['alerts', 'resend', 'x', '--url', url]);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('Nothing to send again of alert x');
});

it('tests a channel of a running strayd, and fails if the channel does', async () => {
  const attempts = [
    { event: 'firing', ok: true, answer: 'example.org answered 200: ok' },
    { event: 'resolved', ok: false, answer: 'example.org answered 500' },
  ];
  answer = { status: 200, body: { channel: 'hook', attempts } };
  const { code, stdout } = await runStrayd(['alerts', 'test', '--channel', 'hook', '--url', url]);
  expect(asked[0]?.request).toBe('POST /api/v1/channels/hook/test');
  expect(stdout).toBe(
    'sent   firing   example.org answered 200: ok\nFAILED resolved example.org answered 500\n',
  );
  expect(code).toBe(1);
});

it('tests a channel alone from a configuration, with its template', async () => {
  const received = await startWebhookReceiver();
  const file = join(folder, 'alone.yaml');
  writeFileSync(
    file,
    `sources: [{name: node, topics: [metrics], format: prometheus_json}]
detectors: [{name: hosts, entity: [instance], features: [{metric: node_load1}]}]
channels:
  - {name: hook, type: webhook, url: "${received.url}", template: {text: "{{ entity }} says hello"}}
`,
  );
  const { code, stdout } = await runStrayd(['alerts', 'test', '--channel', 'hook', '--config', file]);
  const host = new URL(received.url).host;
  expect(stdout).toBe(`sent   firing   ${host} answered 200\nsent   resolved ${host} answered 200\n`);
  expect(code).toBe(0);
  const bodies = received.requests.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ event }) => event)).toEqual(['firing', 'resolved']);
  expect(bodies[0].text).toMatchObject({
    title: 'Test of channel hook: nothing is wrong',
    lines: ['strayd-test says hello'],
  });
  const unknown = await runStrayd(['alerts', 'test', '--channel', 'pager', '--config', file]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('no channel "pager"; it has: hook');
  await received.close();
});
