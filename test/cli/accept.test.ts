import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AcceptanceView } from '../../src/server/views/acceptance-view.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { alertOf, checkpointOf, transition } from '../store/sample-checkpoints.ts';
import { trainingConfig, withHistory } from './history-store.ts';
import { runStrayd, type RunResult } from './run-strayd.ts';
import { loadConfig } from '../../src/config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-accept-'));
let cwd = '';
let open: () => StoreWriter;

const FIRST = 7_000_500;
const { detectors } = loadConfig('strayd.yaml', {}, () => JSON.stringify(trainingConfig)).config;
const accept = (...args: string[]): Promise<RunResult> => runStrayd(['alerts', 'accept', ...args], { cwd });

function withStore<T>(work: (store: StoreWriter) => T): T {
  const store = open();
  store.declareDetectors(detectors);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

beforeAll(() => {
  ({ cwd, open } = withHistory(folder));
  const firing = alertOf('db-3', { state: 'firing', firstStepOver: FIRST, firedStep: FIRST + 2 });
  const ended = alertOf('db-4', { state: 'resolved', resolvedStep: 9, resolution: 'recovered' });
  const transitions = [
    transition(firing, 'pending', 'firing', FIRST + 2),
    transition(ended, 'firing', 'resolved', 9),
  ];
  withStore((store) => store.applyCheckpoint(checkpointOf({ effects: { transitions } }), { outbox: [] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('accepts the level of a firing alert alone on the store, from the first new step on', async () => {
  const { stdout, code } = await accept('alert-db-3');
  expect(stdout).toBe('alert-db-3 of db-3 (hosts) is accepted: it ends once its new level is known.\n');
  expect(code).toBe(0);
  const { acceptances } = withStore((store) => store.readRestoredState(detectors, 64));
  expect(acceptances).toEqual([
    {
      detector: 'hosts',
      entity: 'db-3',
      match: [],
      fromStep: FIRST,
      toStep: FIRST,
      effectiveStep: 7_000_601,
    },
  ]);
});

it('takes an entity in the place of an id, and prints JSON', async () => {
  const { stdout } = await accept('--entity', 'db-3', '--detector', 'hosts', '--json');
  const shown = JSON.parse(stdout) as (AcceptanceView & { id: string })[];
  expect(shown).toMatchObject([{ id: 'alert-db-3', detector: 'hosts', entity: 'db-3' }]);
  expect(Date.parse(shown[0]?.from ?? '')).toBe(FIRST * 15_000);
});

it.each([
  [['beef'], 2, 'There is no alert "beef"; "strayd alerts list" shows those that there are.'],
  [['alert-db-4'], 1, 'Alert alert-db-4 is resolved: only the level of one that fires can be accepted.'],
  [
    ['--entity', 'db-9'],
    2,
    'No alert of "db-9" fires; "strayd alerts list --state firing" shows those that do.',
  ],
  [[], 2, 'Name an alert by its id, or its entity with --entity.'],
])('of %j ends with %d and says why', async (args, code, message) => {
  const result = await accept(...args);
  expect([result.code, result.stderr]).toEqual([code, `strayd: ${message}\n`]);
});

it('shows nothing of a label that could rewrite the terminal', async () => {
  const spoof = alertOf('db\u001b[2J', {
    id: 'spoof',
    state: 'firing',
    firstStepOver: FIRST,
    firedStep: FIRST + 2,
  });
  withStore((store) =>
    store.applyCheckpoint(
      checkpointOf({ effects: { transitions: [transition(spoof, 'pending', 'firing', FIRST + 2)] } }),
      { outbox: [] },
    ),
  );
  const { stdout } = await accept('spoof');
  expect(stdout).toContain('spoof of db\\u{1b}[2J (hosts) is accepted');
});
