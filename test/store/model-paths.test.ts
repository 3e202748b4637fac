import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openWriter, temporaryDirectory } from './sample-checkpoints.ts';

const model = {
  detector: 'hosts',
  version: 'v1',
  sha256: 'ff',
  card: '{}',
  status: 'candidate' as const,
  reason: '',
  createdMs: 1,
};

it('a store that was moved finds its models where it is now', () => {
  const before = join(temporaryDirectory(), 'before');
  const store = openWriter(before);
  mkdirSync(join(before, 'models'));
  writeFileSync(join(before, 'models', 'hosts-v1.model'), 'model');
  store.insertModel({ ...model, path: join(before, 'models', 'hosts-v1.model') });
  store.close();
  const after = join(temporaryDirectory(), 'after');
  cpSync(before, after, { recursive: true });
  const moved = openWriter(after);
  expect(moved.findModel('hosts', 'v1')?.path).toBe(join(after, 'models', 'hosts-v1.model'));
  expect(moved.listModels('hosts').map(({ path }) => path)).toEqual([
    join(after, 'models', 'hosts-v1.model'),
  ]);
  moved.close();
});

it('a model file outside of the store keeps its path', () => {
  const store = openWriter(temporaryDirectory());
  store.insertModel({ ...model, path: '/elsewhere/hosts-v1.model' });
  expect(store.findModel('hosts', 'v1')?.path).toBe('/elsewhere/hosts-v1.model');
  store.close();
});

it('absolute paths of an earlier version are taken for those of the store that they lie in', () => {
  const directory = temporaryDirectory();
  openWriter(directory).close();
  // As the schema before had it.
  const database = new BetterSqlite3(join(directory, 'strayd.db'));
  database.exec('ALTER TABLE models DROP COLUMN reason');
  database.exec('ALTER TABLE activations DROP COLUMN rolled_back_from');
  database.exec('ALTER TABLE activations DROP COLUMN reason');
  for (const table of ['models', 'activations']) database.exec(`ALTER TABLE ${table} DROP COLUMN step_ms`);
  const insert = database.prepare(
    `INSERT INTO models (detector, version, path, sha256, card, status, created_ms) VALUES (?, ?, ?, '', '{}', 'active', 1)`,
  );
  insert.run('hosts', 'v1', '/old/place/models/hosts-v1.model');
  insert.run('hosts', 'v2', '/elsewhere/mine.model');
  database.exec('DROP INDEX outbox_by_alert; DROP INDEX outbox_dead');
  database.exec('DROP TABLE incidents; DROP TABLE incident_members; DROP TABLE quiet_windows');
  database.exec('DROP TABLE acceptances');
  database.pragma('user_version = 3');
  database.close();
  const store = openWriter(directory);
  expect(store.findModel('hosts', 'v1')?.path).toBe(join(directory, 'models', 'hosts-v1.model'));
  expect(store.findModel('hosts', 'v2')?.path).toBe('/elsewhere/mine.model');
  store.close();
});

it('a version that was taken back says so, until it is put to use again', () => {
  const store = openWriter(temporaryDirectory());
  for (const version of ['v1', 'v2']) store.insertModel({ ...model, version, path: `/m/${version}` });
  const rollback = { from: 'v2', reason: 'too many alerts.' };
  store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 10 });
  store.activateModel({ detector: 'hosts', version: 'v2', effectiveStep: 20 });
  store.activateModel({ detector: 'hosts', version: 'v1', effectiveStep: 30, rollback });
  const shown = (version: string) => {
    const found = store.findModel('hosts', version);
    return [found?.status, found?.reason];
  };
  expect([shown('v1'), shown('v2')]).toEqual([
    ['active', ''],
    ['rolled_back', 'too many alerts.'],
  ]);
  expect(store.listActivations('hosts').at(-1)).toEqual({
    detector: 'hosts',
    version: 'v1',
    effectiveStep: 30,
    rollback,
  });
  store.activateModel({ detector: 'hosts', version: 'v2', effectiveStep: 40 });
  expect([shown('v1'), shown('v2')]).toEqual([
    ['retired', ''],
    ['active', ''],
  ]);
  store.close();
});
