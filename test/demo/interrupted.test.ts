import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

const PROGRAM = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'strayd-interrupted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('takes another port if its own is taken, serves /metrics, and Ctrl-C leaves nothing behind', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const child = spawn(process.execPath, [PROGRAM, 'demo', '--port', String(port)], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const url = /http:\S+\/metrics/;
    await waitFor('the demo to say where it listens', () => Promise.resolve(url.test(output)));
    expect(output).toContain(`Port ${port} is taken`);
    const text = await (await fetch(url.exec(output)?.[0] ?? '')).text();
    expect(text).toContain('strayd_build_info');
    expect(readdirSync(folder)).toHaveLength(1);

    child.kill('SIGINT');
    const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    expect(signal).toBe('SIGINT');
    expect(complaints).toBe('Stopped; nothing is left behind.\n');
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    other.close();
  }
});
