import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { systemBinary } from '../support/system-binary.ts';
import { blocksOf } from './pages.ts';

/* promtool comes with Debian's prometheus. */
const promtool = systemBinary('promtool', 'prometheus');
/** A line each. */
const expressions = blocksOf('promql').flatMap(({ text }) => text.split('\n').filter((line) => line !== ''));

test.skipIf(promtool.path === null)(`every expression on the pages is PromQL${promtool.note}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-promql-'));
  const file = join(folder, 'rules.json');
  // JSON is YAML too.
  const rules = expressions.map((expr, index) => ({ record: `shown_${index}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'shown', rules }] }));
  const said = execFileSync(promtool.path ?? '', ['check', 'rules', file], { encoding: 'utf8' });
  expect(said).toContain(`${expressions.length} rules found`);
  rmSync(folder, { recursive: true });
});

test('every metric of strayd that they name is one', () => {
  const { registry } = createMetrics({ version: '', nodeVersion: '' });
  const named = expressions.flatMap((expression) => expression.match(/\bstrayd_\w+/g) ?? []);
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((name) => registry.getSingleMetric(name) === undefined)).toEqual([]);
});
