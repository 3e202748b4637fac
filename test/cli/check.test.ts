import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runStrayd } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = `
sources:
  - {name: node, topics: [metrics], format: prometheus_json}
detectors:
  - name: hosts
    mode: alert
    select: '{job="node"}'
    entity: [instance]
    features: [{name: load, metric: node_load1}]
    step: 15s
    alert: {budget: 1 per week per entity}
channels:
  - {name: hook, type: webhook, url: 'http://127.0.0.1:9/', secret: a-quiet-word}
`;

function config(text: string): string {
  writeFileSync(join(folder, 'strayd.yaml'), text);
  return folder;
}

it('says that a configuration is fine and what its budgets mean a day', async () => {
  const { code, stdout } = await runStrayd(['check'], { cwd: config(GOOD) });
  expect(stdout).toContain('strayd.yaml is fine.');
  expect(stdout).toMatch(/hosts: 1 per week per entity = 2\.9 incidents a day.*20 entities/);
  expect(stdout).not.toContain('observe mode');
  expect(code).toBe(0);
});

it('tells of detectors that send nothing', async () => {
  const { stdout } = await runStrayd(['check'], {
    cwd: config(GOOD.replace('mode: alert', 'mode: observe')),
  });
  expect(stdout).toContain('In observe mode, nothing is sent: hosts');
});

it('prints the resolved configuration as JSON without its secrets', async () => {
  const { code, stdout } = await runStrayd(['check', '--json'], { cwd: config(GOOD) });
  const printed = JSON.parse(stdout) as { detectors: { stepMs: number; windows: number[] }[] };
  expect(printed.detectors[0]).toMatchObject({ stepMs: 15_000, windows: [4, 16, 64] });
  expect(stdout).not.toContain('a-quiet-word');
  expect(code).toBe(0);
});

it('points at each error with file, line, column and a suggestion', async () => {
  const bad = GOOD.replace('step: 15s', 'step: 15 seconds').replace('entity:', 'entitty:');
  const { code, stdout, stderr } = await runStrayd(['check'], { cwd: config(bad) });
  expect(stderr).toMatch(/^error: strayd\.yaml:8:5: detectors\[0\]\.entitty: .*did you mean "entity"/m);
  expect(stderr).toMatch(/^error: strayd\.yaml:10:11: detectors\[0\]\.step: .*"15 seconds"/m);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

it('the example that comes with strayd is fine', async () => {
  const { code } = await runStrayd(['check', '--config', 'deploy/strayd.example.yaml']);
  expect(code).toBe(0);
});
