import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainingConfig, withHistory, type HistoryStore } from './history-store.ts';
import { runStrayd, startStrayd, type RunResult } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-train-'));

beforeAll(() => writeFileSync(join(folder, 'strayd.yaml'), JSON.stringify(trainingConfig)));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('without history says how much there is and how much is wanted, and is no failure', async () => {
  const { code, stdout } = await runStrayd(['train'], { cwd: folder });
  expect(stdout).toMatch(/^hosts: nothing trained\. Not enough history: .* 0 normal steps .* \d+ are wanted/);
  expect(stdout).toContain('"strayd run" collects the history');
  expect(code).toBe(0);
});

it('alone on a store puts the first model to use', async () => {
  const { cwd } = withHistory(folder);
  const { code, stdout } = await runStrayd(['train'], { cwd });
  expect(stdout).toMatch(/^hosts: a new model is in use\./);
  expect(readdirSync(join(cwd, 'strayd-data', 'models'))).toHaveLength(1);
  expect(code).toBe(0);
});

/** Begins a training and ends its process as soon as it is on record. */
async function interrupted({ cwd, open }: HistoryStore, signal: NodeJS.Signals): Promise<RunResult> {
  const path = join(cwd, 'strayd-data');
  const hasBegun = (): number => {
    const database = new Database(join(path, 'strayd.db'), { readonly: true });
    const begun = database.prepare('SELECT count(*) FROM training_runs').pluck().get() as number;
    database.close();
    return begun;
  };
  open().close();
  const { child, ended } = startStrayd(['train'], { cwd });
  await expect.poll(hasBegun, { interval: 10, timeout: 30_000 }).toBe(1);
  child.kill(signal);
  return ended;
}

it('is cancelled by SIGTERM as by Ctrl-C', async () => {
  const history = withHistory(folder);
  const { code, stdout } = await interrupted(history, 'SIGTERM');
  expect(stdout).toBe('hosts: cancelled. It was cancelled; the model in use stays.\n');
  expect(code).toBe(1);
  const store = history.open();
  expect(store.listTrainingRuns('hosts', 9)).toMatchObject([{ outcome: 'cancelled' }]);
  store.close();
});

it('killed in the middle is on record as failed from the next time on', async () => {
  const history = withHistory(folder);
  expect((await interrupted(history, 'SIGKILL')).code).toBeNull();
  await runStrayd(['train'], { cwd: history.cwd });
  const store = history.open();
  expect(store.listTrainingRuns('hosts', 9)).toMatchObject([
    { outcome: 'promoted' },
    { outcome: 'failed', detail: expect.stringContaining('ended without a word') as string },
  ]);
  store.close();
});

it('asks the daemon if one has the store, and says so if it does not answer', async () => {
  const { cwd, open } = withHistory(folder);
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
