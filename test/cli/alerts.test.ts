import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Alert } from '../../src/pipeline/effects.ts';
import type { AlertView } from '../../src/server/backend.ts';
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
    '-n',
    '5',
  ]);
  expect(asked.map(({ request }) => request)).toEqual([
    'GET /api/v1/alerts?limit=5&detector=hosts&state=firing',
  ]);
  const [header, , row] = stdout.split('\n');
  expect(header).toMatch(/^id +state +since +detector +entity +kind +score +feature +deliver +label$/);
  expect(row).toMatch(
    /^c0ffee0123456789 +firing +2026-11-24T03:10:15\.000Z +hosts +db-3 +anomaly +3\.42 +latency +yes$/,
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
  answer = { status: 404, body: { detail: 'There is no alert "x"; GET /api/v1/alerts lists them.' } };
  const { code, stderr } = await runStrayd(['alerts', 'show', 'x', '--url', url]);
  expect(stderr).toContain('There is no alert "x"');
  expect(code).toBe(1);
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
