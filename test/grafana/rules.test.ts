import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/server/metrics.ts';
import { systemBinary } from '../support/system-binary.ts';

const folder = resolve(import.meta.dirname, '../../grafana/rules');
const runbook = readFileSync(resolve(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const promtool = systemBinary('promtool', 'prometheus');
const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Record<string, string>;
}
const rulesOf = (file: string): readonly Rule[] => {
  const { groups } = parse(readFileSync(join(folder, file), 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
};

const run = (args: readonly string[]): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(promtool.path ?? 'promtool', args, { encoding: 'utf8' });
  return { status, output: status === 0 ? '' : stdout + stderr };
};

test.skipIf(promtool.path === null).each(files)(`Prometheus takes %s${promtool.note}`, (file) => {
  expect(run(['check', 'rules', '--lint-fatal', join(folder, file)])).toEqual({ status: 0, output: '' });
});

test.skipIf(promtool.path === null).each(files)(
  `%s fires when it should and not else${promtool.note}`,
  (file) => {
    const tests = join(folder, 'tests', file.replace('.rules.yml', '.test.yml'));
    expect(run(['test', 'rules', tests])).toEqual({ status: 0, output: '' });
  },
);

describe('each rule', () => {
  const { registry } = createMetrics({ version: '0', nodeVersion: '0' });
  const known = registry.getMetricsAsArray().map(({ name }) => name);

  test.each(
    files.flatMap((file) => rulesOf(file).map(({ alert, expr }) => [alert ?? 'record', expr] as const)),
  )('%s asks for metrics that there are', (_alert, expr) => {
    for (const name of expr.match(/strayd_\w+/g) ?? []) {
      expect(known).toContain(name.replace(/_(bucket|count|sum)$/, ''));
    }
  });

  test.each(rulesOf('strayd.rules.yml').map(({ alert = '', annotations }) => [alert, annotations] as const))(
    '%s has its section in the runbook and points there',
    (alert, annotations) => {
      expect(runbook).toContain(`\n## ${alert}\n`);
      expect(annotations?.['runbook_url']).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    },
  );
});
