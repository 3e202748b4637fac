import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { checkpointOf, entityRow } from '../store/sample-checkpoints.ts';
import { runStrayd } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-train-'));

const config = {
  sources: [{ name: 'node', topics: ['metrics'], format: 'prometheus_json' }],
  detectors: [
    {
      name: 'hosts',
      entity: ['instance'],
      features: ['load', 'requests'].map((name) => ({ name, metric: name })),
      model: { type: 'linear' },
      training: { min_steps: 200 },
    },
  ],
  // Nobody listens there.
  server: { listen: '127.0.0.1:9' },
};

beforeAll(() => writeFileSync(join(folder, 'strayd.yaml'), JSON.stringify(config)));

/** A store in a folder of its own as `strayd run` leaves it after 600 steps of one host. */
function withHistory(): { readonly cwd: string; readonly open: () => StoreWriter } {
  const cwd = mkdtempSync(join(folder, 'history-'));
  writeFileSync(join(cwd, 'strayd.yaml'), JSON.stringify(config));
  const { detectors, store } = loadConfig(join(cwd, 'strayd.yaml'), {}, (file) =>
    readFileSync(file, 'utf8'),
  ).config;
  const open = (): StoreWriter =>
    openStore(store.path, { mode: 'write', pid: process.pid, random: () => 0.5 });
  const writer = open();
  writer.declareDetectors(detectors);
  const steps = Array.from({ length: 600 }, (_, index) => {
    const load = Math.sin(index / 40) + 0.1 * Math.sin(index * 1.7);
    const values = Float64Array.of(load, 100 * load + Math.cos(index * 2.3));
    return {
      vector: { detector: 'hosts', entity: 'db-3', step: 7_000_000 + index, values, filled: false },
      scored: null,
    };
  });
  const entities = [{ ...entityRow('db-3', 7_000_599), cohort: '' }];
  writer.applyCheckpoint(checkpointOf({ effects: { steps }, entities }), { outbox: [] });
  writer.close();
  return { cwd, open };
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('without history says how much there is and how much is wanted, and is no failure', async () => {
  const { code, stdout } = await runStrayd(['train'], { cwd: folder });
  expect(stdout).toMatch(/^hosts: nothing trained\. Not enough history: .* 0 normal steps .* \d+ are wanted/);
  expect(stdout).toContain('"strayd run" collects the history');
  expect(code).toBe(0);
});

it('alone on a store puts the first model to use', async () => {
  const { cwd } = withHistory();
  const { code, stdout } = await runStrayd(['train'], { cwd });
  expect(stdout).toMatch(/^hosts: a new model is in use\./);
  expect(readdirSync(join(cwd, 'strayd-data', 'models'))).toHaveLength(1);
  expect(code).toBe(0);
});

it('asks the daemon if one has the store, and says so if it does not answer', async () => {
  const { cwd, open } = withHistory();
  const holder = open();
  try {
    const { code, stderr } = await runStrayd(['train'], { cwd });
    expect(stderr).toContain('No answer from strayd at http://127.0.0.1:9');
    expect(code).toBe(1);
  } finally {
    holder.close();
  }
});

it('names the detectors there are when asked for another', async () => {
  const { code, stderr } = await runStrayd(['train', '--detector', 'host'], { cwd: folder });
  expect(stderr).toBe('strayd: There is no detector "host"; the configuration has hosts.\n');
  expect(code).toBe(2);
});

it('asks the strayd at --url', async () => {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"detector":"hosts"}');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { code, stdout } = await runStrayd(['train', '--url', url], { cwd: folder });
    expect(asked.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/detectors/hosts/train',
    ]);
    expect(stdout).toContain('hosts: training started');
    expect(code).toBe(0);
  } finally {
    server.close();
  }
});
