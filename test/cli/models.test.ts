import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelView } from '../../src/server/views/model-view.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { trainingConfig, withHistory } from './history-store.ts';
import { runStrayd, type RunResult } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-models-'));
let cwd = '';
let open: () => StoreWriter;
/** Newest first: the one in use and the one before. */
let versions: string[] = [];

const models = (...args: string[]): Promise<RunResult> => runStrayd(['models', ...args], { cwd });

async function list(): Promise<ModelView[]> {
  const { stdout } = await models('list', '--json');
  return JSON.parse(stdout) as ModelView[];
}

beforeAll(async () => {
  ({ cwd, open } = withHistory(folder));
  await runStrayd(['train'], { cwd });
  const seed = {
    ...trainingConfig,
    detectors: trainingConfig.detectors.map((one) => ({ ...one, training: { min_steps: 200, span: '2h' } })),
  };
  writeFileSync(join(cwd, 'other.yaml'), JSON.stringify(seed));
  await runStrayd(['train', '--config', 'other.yaml'], { cwd });
  versions = (await list()).map(({ version }) => version);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lists what is kept, newest first, with its status', async () => {
  expect((await list()).map(({ status }) => status)).toEqual(['active', 'retired']);
  const { stdout, code } = await models('list');
  expect(stdout.split('\n')[0]).toMatch(/^detector +version +status +trained/);
  expect(stdout).toContain(`hosts     ${versions[0]}  active`);
  expect(code).toBe(0);
  expect((await models('list', '--detector', 'other')).stdout).toContain('No models yet');
});

it('shows the card of a version by the beginning of its name', async () => {
  const { stdout } = await models('show', versions[0]?.slice(0, 6) ?? '');
  for (const part of [
    'left out',
    'rows of 1 entity',
    'bottleneck',
    'gate: reconstruction',
    'hold-out error',
    'injected fault',
    'backend wasm',
  ])
    expect(stdout).toContain(part);
  const card = JSON.parse((await models('show', versions[0] ?? '', '--json')).stdout) as ModelView;
  expect(card).toMatchObject({ status: 'active', card: { parent: versions[1] } });
});

it('shows only what is different between two versions', async () => {
  const { stdout } = await models('diff', versions[1] ?? '', versions[0] ?? '');
  expect(stdout).toMatch(/^rows +600 +480$/m);
  expect(stdout).not.toMatch(/^seed/m);
  expect((await models('diff', versions[0] ?? '', versions[0] ?? '')).stdout).toContain('Nothing');
});

it('says which versions there are when asked for another', async () => {
  const { stderr, code } = await models('show', 'beef');
  expect(stderr).toBe(`strayd: There is no version "beef"; kept are ${versions.join(', ')}.\n`);
  expect(code).toBe(2);
});

describe('alone on the store', () => {
  it('rolls back to the version before, from a step that is on record, and forward again', async () => {
    const { stdout, code } = await models('rollback', 'hosts');
    expect(stdout).toContain(`hosts scores with ${versions[1]} from `);
    expect(code).toBe(0);
    expect((await list()).map(({ status, reason }) => [status, reason])).toEqual([
      ['rolled_back', `Rolled back by hand to ${versions[1]}.`],
      ['active', ''],
    ]);
    const store = open();
    expect(store.listActivations('hosts').at(-1)).toMatchObject({
      version: versions[1],
      rollback: { from: versions[0] },
    });
    store.close();
    await models('rollback', 'hosts', versions[0] ?? '');
    expect((await list()).map(({ status }) => status)).toEqual(['active', 'rolled_back']);
  });

  it('refuses what is in use or not there', async () => {
    expect((await models('rollback', 'hosts', versions[0] ?? '')).stderr).toContain('is in use already');
    expect((await models('rollback', 'hots')).stderr).toContain('There is no detector "hots"');
  });

  it('asks the daemon if one has the store', async () => {
    const holder = open();
    const { stderr } = await models('rollback', 'hosts', versions[1] ?? '');
    expect(stderr).toContain('No answer from strayd at http://127.0.0.1:9');
    // Reading does without it.
    expect((await models('list')).code).toBe(0);
    holder.close();
  });

  it('exports a file that another store takes in', async () => {
    expect((await models('export', versions[1] ?? '', 'out.model')).stdout).toMatch(/sha256 [0-9a-f]{64}/);
    const other = withHistory(folder);
    copyFileSync(join(cwd, 'out.model'), join(other.cwd, 'in.model'));
    const taken = await runStrayd(['models', 'import', 'in.model'], { cwd: other.cwd });
    expect(taken.stdout).toContain(`"strayd models rollback hosts ${versions[1]}"`);
    expect(
      (await runStrayd(['models', 'rollback', 'hosts', versions[1] ?? ''], { cwd: other.cwd })).code,
    ).toBe(0);
    expect(readdirSync(join(other.cwd, 'strayd-data', 'models'))).toEqual([`hosts-${versions[1]}.model`]);
    expect((await runStrayd(['models', 'import', 'in.model'], { cwd: other.cwd })).stderr).toContain(
      'is here already',
    );
  });

  it('says which file is damaged that a rollback would use, and changes nothing', async () => {
    const path = join(cwd, 'strayd-data', 'models', `hosts-${versions[1]}.model`);
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damaged[damaged.length >> 1]! ^= 1;
    writeFileSync(path, damaged);
    const before = await list();
    const { code, stderr } = await models('rollback', 'hosts', versions[1] ?? '');
    writeFileSync(path, whole);
    expect(stderr).toBe(
      `strayd: Version ${versions[1]} of hosts can't be used (${path}): model file is corrupt (its SHA-256 does not match): ` +
        'train again, or roll back to a kept version\n',
    );
    expect(code).toBe(1);
    expect(await list()).toEqual(before);
  });

  it('takes no damaged file, and none of other features', async () => {
    await models('export', versions[1] ?? '', 'whole.model');
    const bytes = readFileSync(join(cwd, 'whole.model'));
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    writeFileSync(join(cwd, 'damaged.model'), bytes);
    const damaged = await models('import', 'damaged.model');
    expect(damaged.stderr).toContain('SHA-256 does not match');
    expect(damaged.code).toBe(1);
    const features = ['load', 'errors'].map((name) => ({ name, metric: name }));
    const detectors = trainingConfig.detectors.map((one) => ({ ...one, features }));
    writeFileSync(
      join(cwd, 'errors.yaml'),
      JSON.stringify({ ...trainingConfig, detectors, store: { path: './empty' } }),
    );
    const { stderr } = await models('import', 'whole.model', '--config', 'errors.yaml');
    expect(stderr).toContain('was trained on load, requests and the detector has errors, load');
  });

  it('takes and uses none of another step', async () => {
    await models('export', versions[1] ?? '', 'whole.model');
    const detectors = trainingConfig.detectors.map((one) => ({ ...one, step: '5m' }));
    writeFileSync(
      join(cwd, 'slow.yaml'),
      JSON.stringify({ ...trainingConfig, detectors, store: { path: './slow' } }),
    );
    const { code, stderr } = await models('import', 'whole.model', '--config', 'slow.yaml');
    expect(stderr).toBe(
      'strayd: The model is of no use to detector hosts: it was trained on steps of 15s and the detector has 5m. ' +
        'Train here, or set the detector as it was there.\n',
    );
    expect(code).toBe(1);
  });
});
