import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { WindowView } from '../../src/server/views/window-view.ts';
import { runStrayd } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-quiet-'));
const config = join(folder, 'strayd.yaml');
beforeAll(() => {
  writeFileSync(
    config,
    `sources: [{name: node, topics: [metrics], format: prometheus_json}]
detectors: [{name: hosts, entity: [instance], features: [{metric: node_load1}]}]
store: {path: data}
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each call is a process of its own. */
vi.setConfig({ testTimeout: 180_000 });

const strayd = (...args: string[]) => runStrayd(['alerts', ...args, '--config', config]);

it('mutes a detector in the store alone, lists and ends the mute', async () => {
  const muted = await strayd('mute', '--detector', 'hosts', '--entity', 'db-3', '--for', '2h');
  expect(muted.stderr).toBe('');
  expect(muted.stdout).toMatch(
    /^hosts \/ db-3 is muted until 20\S+Z \([0-9a-f]{12}\); its alerts stay on record\.\n$/,
  );
  const id = /\(([0-9a-f]{12})\)/.exec(muted.stdout)?.[1] ?? '';
  expect((await strayd('mute')).stdout).toMatch(new RegExp(`${id} +mute +yes +hosts / db-3 +until 20`));
  expect((await strayd('mute', '--off', id)).stdout).toBe(`Mute ${id} is ended.\n`);
  expect((await strayd('mute')).stdout).toBe('Nothing is muted.\n');
});

it('takes maintenance in, ahead or after the fact, and back', async () => {
  const past = await strayd(
    'maintenance',
    'add',
    '-m',
    '{instance=~"db-.*"}',
    '--start',
    '2026-01-01T00:00:00Z',
    '--end',
    '2026-01-01T04:00:00Z',
  );
  expect(past.stdout).toMatch(
    /^Maintenance [0-9a-f]{12} of \{instance=~"db-\.\*"\}: 2026-01-01T00:00:00\.000Z until 2026-01-01T04:00:00\.000Z\.\n$/,
  );
  const nightly = await strayd(
    'maintenance',
    'add',
    '--schedule',
    '0 2 * * *',
    '--duration',
    '1h',
    '--comment',
    'backups',
    '--json',
  );
  const { id } = JSON.parse(nightly.stdout) as WindowView;
  const { stdout } = await strayd('maintenance', 'list');
  expect(stdout).toMatch(
    new RegExp(`${id} +maintenance +(yes|no ) +\\{\\} +"0 2 \\* \\* \\*" UTC for 1h +api +backups`),
  );
  expect((await strayd('maintenance', 'remove', id)).stdout).toBe(`Maintenance ${id} is taken back.\n`);
  const gone = await strayd('maintenance', 'remove', id);
  expect([gone.code, gone.stderr]).toEqual([2, `strayd: There is no maintenance "${id}".\n`]);
});

it.each([
  [['mute', '--detector', 'hosts'], 'Say for how long: --for 2h.'],
  [
    ['mute', '--detector', 'host', '--for', '2h'],
    'There is no detector "host"; the configuration has hosts.',
  ],
  [['mute', '--detector', 'hosts', '--for', 'long'], '"long" is no time to mute for: write 30m, 2h or 1d'],
  [['mute', '--for', '2h'], 'Say of which detector: --for needs --detector NAME.'],
  [['mute', '--entity', 'db-3'], 'Say of which detector: --entity needs --detector NAME.'],
  [['mute', '--comment', 'new disks'], 'Say of which detector: --comment needs --detector NAME.'],
  [
    ['maintenance', 'add', '--start', 'Sat, foo 28 Nov 2026', '--end', '2'],
    '"start" is "Sat, foo 28 Nov 2026"',
  ],
  [['maintenance', 'add'], 'either "start" and "end", or "schedule" and "duration"'],
  [['maintenance', 'add', '--schedule', 'nightly', '--duration', '1h'], '"schedule" is five cron fields'],
  [
    ['maintenance', 'add', '-m', 'db', '--schedule', '0 2 * * *', '--duration', '1h'],
    '"match" is no selector',
  ],
])('refuses %j and says what to write', async (args, message) => {
  const { code, stderr } = await strayd(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

it('asks the daemon at --url', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(request.method === 'DELETE' ? 204 : 200, { 'content-type': 'application/json' });
      response.end(
        request.method === 'DELETE' ? undefined : JSON.stringify({ mutes: [], id: 'x', end: null }),
      );
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (...args: string[]) => runStrayd(['alerts', ...args, '--url', url]);
  expect((await ask('mute', '-d', 'hosts', '--for', '1h')).code).toBe(0);
  expect((await ask('mute')).stdout).toBe('Nothing is muted.\n');
  expect((await ask('maintenance', 'remove', 'x')).code).toBe(0);
  expect(asked).toEqual([
    'POST /api/v1/mutes {"detector":"hosts","for":"1h"}',
    'GET /api/v1/mutes ',
    'DELETE /api/v1/maintenance/x ',
  ]);
  server.close();
});
