import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { trainingConfig, withHistory } from './history-store.ts';
import { runStrayd } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-tune-'));
const TUNE = ['train', '--tune', '--trials', '4'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('tries settings beside whoever has the store, and writes a block that the configuration takes', async () => {
  const { cwd, open } = withHistory(folder);
  const daemon = open();
  try {
    const { code, stdout, stderr } = await runStrayd([...TUNE, '--output', 'model.yaml'], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +learning rate/);
    expect(stdout).toContain('present');
    const snippet = readFileSync(join(cwd, 'model.yaml'), 'utf8');
    expect(stdout.endsWith(snippet)).toBe(true);
    expect(snippet).toMatch(/^# Detector hosts, windows 4, 16, 64\.$/m);
    const [detector] = trainingConfig.detectors;
    const changed = { ...trainingConfig, detectors: [{ ...detector, ...(parse(snippet) as object) }] };
    const { config } = loadConfig('strayd.yaml', {}, () => JSON.stringify(changed));
    expect(config.detectors[0]?.model.type).toBe('linear');
  } finally {
    daemon.close();
  }
});

it('gives the same again, and after --resume without trying anything anew', async () => {
  const { cwd } = withHistory(folder);
  interface Figures {
    readonly trials: readonly { readonly seconds: number }[];
  }
  const figures = async (...more: string[]): Promise<Figures> => {
    const { stdout } = await runStrayd(['train', '--tune', '--json', ...more], { cwd });
    return JSON.parse(stdout) as Figures;
  };
  const withoutSeconds = ({ trials, ...rest }: Figures): unknown => ({
    ...rest,
    trials: trials.map(({ seconds: _, ...trial }) => trial),
  });
  const first = await figures('--trials', '4');
  expect(first).toMatchObject({ detector: 'hosts', complete: true, entities: 1 });
  const again = await figures('--trials', '4');
  expect(withoutSeconds(again)).toEqual(withoutSeconds(first));
  // Equal to the second: nothing was measured anew.
  expect(await figures('--resume')).toEqual(again);

  const other = { ...trainingConfig, detectors: [{ ...trainingConfig.detectors[0], windows: [4, 16] }] };
  writeFileSync(join(cwd, 'strayd.yaml'), JSON.stringify(other));
  const { code, stderr } = await runStrayd(['train', '--tune', '--resume'], { cwd });
  expect(stderr).toContain('have changed since the tuning that is kept');
  expect(code).toBe(1);
}, 120_000);

it('without enough history says how much there is and changes nothing', async () => {
  const cwd = mkdtempSync(join(folder, 'empty-'));
  writeFileSync(join(cwd, 'strayd.yaml'), JSON.stringify(trainingConfig));
  const { code, stderr } = await runStrayd(TUNE, { cwd });
  expect(stderr).toMatch(/^strayd: .*strayd-data/);
  expect(code).toBe(1);
  expect(existsSync(join(cwd, 'strayd-data'))).toBe(false);
});

it.each([
  [['--tune', '--resume'], 1, 'No tuning of hosts is kept'],
  [['--time', '5m'], 2, '--time is an option of --tune.'],
  [['--tune', '--time', 'soon'], 2, 'such as 10m or 1h30m'],
  [['--tune', '--url', 'http://127.0.0.1:1'], 2, 'without --url'],
  [['--tune', '--resume', '--trials', '9'], 2, "--trials can't be changed with --resume"],
  [['--tune', '--detector', 'none'], 2, 'There is no detector "none"'],
])('says what is wrong with %j', async (args, exitCode, message) => {
  const { cwd } = withHistory(folder);
  const { code, stderr } = await runStrayd(['train', ...args], { cwd });
  expect(stderr).toContain(message);
  expect(code).toBe(exitCode);
});

it.each([
  [
    'is damaged',
    'rubbish',
    "can't be read: it is damaged, or another strayd wrote it. Begin anew, without --resume.",
  ],
  [
    'is of other history',
    JSON.stringify({ format: 1, fingerprint: 'x', seed: 1, newestStep: 5, results: [], judged: [] }),
    'The tuning that is kept of hosts is of other history: what it was measured on, up to step 5 of 15s, is not in this store',
  ],
])('does not go on with a tuning that %s, and says so', async (_what, text, says) => {
  const { cwd } = withHistory(folder);
  mkdirSync(join(cwd, 'strayd-data', 'tuning'));
  writeFileSync(join(cwd, 'strayd-data', 'tuning', 'hosts.json'), text);
  const { code, stderr } = await runStrayd(['train', '--tune', '--resume'], { cwd });
  expect(stderr).toContain(says);
  expect(code).toBe(1);
});

it('takes one detector at a time', async () => {
  const cwd = mkdtempSync(join(folder, 'two-'));
  const [detector] = trainingConfig.detectors;
  const two = { ...trainingConfig, detectors: [detector, { ...detector, name: 'others' }] };
  writeFileSync(join(cwd, 'strayd.yaml'), JSON.stringify(two));
  const { code, stderr } = await runStrayd(['train', '--tune'], { cwd });
  expect(stderr).toContain('--tune takes one detector: name it with --detector, of hosts, others.');
  expect(code).toBe(2);
});
