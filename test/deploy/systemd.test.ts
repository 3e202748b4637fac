import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { systemBinary } from '../support/system-binary.ts';

const unit = resolve(import.meta.dirname, '../../deploy/systemd/strayd.service');
const analyze = systemBinary('systemd-analyze', 'systemd');
const path = analyze.path ?? 'systemd-analyze';

test.skipIf(analyze.path === null)(`the unit is one that systemd takes without a word${analyze.note}`, () => {
  // The programs it starts are on another machine; what is checked is the unit.
  const folder = mkdtempSync(join(tmpdir(), 'strayd-unit-'));
  try {
    const file = join(folder, 'strayd.service');
    writeFileSync(file, readFileSync(unit, 'utf8').replaceAll('/usr/bin/node', process.execPath));
    const { stderr, status } = spawnSync(path, ['verify', file], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.skipIf(analyze.path === null)(`its exposure is at most 1.5${analyze.note}`, () => {
  const report = execFileSync(path, ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
  const exposure = /Overall exposure level for strayd\.service: ([\d.]+)/.exec(report)?.[1];
  expect(Number(exposure)).toBeLessThanOrEqual(1.5);
});
