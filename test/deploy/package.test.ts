import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const prefix = mkdtempSync(join(tmpdir(), 'strayd-package-'));
const installed = join(prefix, 'lib/node_modules/strayd');
afterAll(() => rmSync(prefix, { recursive: true }));

interface Manifest {
  readonly version: string;
  readonly bin: { readonly strayd: string };
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as Manifest;
let files: readonly string[] = [];

/*
 * As `npm install --global` lays it out, without its minute of compiling: the packages are those that are installed here, and
 * only those named as dependencies, so that an import of any other fails.
 */
beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', prefix], {
    cwd: top,
    encoding: 'utf8',
  });
  const [{ filename, files: list }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  files = list.map(({ path }) => path);
  mkdirSync(join(installed, 'node_modules'), { recursive: true });
  execFileSync('tar', ['-xzf', join(prefix, filename), '-C', installed, '--strip-components=1']);
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(installed, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(top, 'node_modules', name)), link);
  }
  chmodSync(join(installed, manifest.bin.strayd), 0o755);
  mkdirSync(join(prefix, 'bin'));
  symlinkSync(join(installed, manifest.bin.strayd), join(prefix, 'bin/strayd'));
});

const strayd = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(join(prefix, 'bin/strayd'), args, {
    cwd: prefix,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

describe('the package that npm pack makes', () => {
  test.each([
    'dist/store/migrations/001-initial.sql',
    'dist/server/console/main.js',
    'docs/README.md',
    'docs/reference/config.md',
    'docs/config.schema.json',
    'deploy/strayd.example.yaml',
    'deploy/systemd/strayd.service',
    'deploy/docker/Dockerfile',
    'deploy/docker/compose.yaml',
    'deploy/kubernetes/strayd.yaml',
    'deploy/kubernetes/strayd/templates/_helpers.tpl',
    'grafana/dashboards/fleet.json',
    'grafana/rules/strayd.rules.yml',
    'LICENSE',
  ])('has %s', (path) => {
    expect(files).toContain(path);
  });

  test('has nothing that only developers need', () => {
    expect(
      files.filter((path) => /^(src|test|node_modules|\.ci)\//.test(path) || /\.ts$/.test(path)),
    ).toEqual([]);
  });

  test('gives a strayd that knows its version and commands', () => {
    expect(strayd('--version')).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(strayd('demo', '--help').stdout).toContain('--seed');
  });

  test('gives a strayd that checks the configuration it brings', () => {
    const { status, stdout } = strayd('check', '--config', join(installed, 'deploy/strayd.example.yaml'));
    expect({ status, isFine: stdout.includes('is fine.') }).toEqual({ status: 0, isFine: true });
  });
});
