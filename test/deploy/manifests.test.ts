import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';

const top = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(top, path), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly data?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
}

describe('the Kubernetes manifest', () => {
  const objects = parseAllDocuments(read('deploy/kubernetes/strayd.yaml')).map(
    (document) => document.toJS() as Manifest,
  );
  const text = read('deploy/kubernetes/strayd.yaml');

  test('has all that a running strayd needs, each labelled', () => {
    expect(objects.map(({ kind }) => kind)).toEqual([
      'ServiceAccount',
      'ConfigMap',
      'Secret',
      'Service',
      'StatefulSet',
      'NetworkPolicy',
    ]);
    for (const { metadata } of objects) expect(metadata.labels['app.kubernetes.io/name']).toBe('strayd');
  });

  test('brings a configuration that is checked without a warning', () => {
    const config = objects.find(({ kind }) => kind === 'ConfigMap')?.data?.['strayd.yaml'] ?? '';
    const files: Record<string, string> = { 'strayd.yaml': config, '/etc/strayd-secrets/token': 'x' };
    expect(loadConfig('strayd.yaml', {}, (path) => files[path] ?? '').warnings).toEqual([]);
  });

  test('runs without rights, and writes to its volumes alone', () => {
    for (const line of [
      'runAsNonRoot: true',
      'readOnlyRootFilesystem: true',
      'allowPrivilegeEscalation: false',
      'drop: [ALL]',
    ]) {
      expect(text).toContain(line);
    }
  });

  test('names the image by the version of this checkout', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(text).toContain(`image: strayd:${version}\n`);
  });
});

test('every source that the Dockerfile copies is in the repository', () => {
  const copied = [...read('deploy/docker/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, sources = '']) => sources.split(' '),
  );
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((source) => !existsSync(resolve(top, source)))).toEqual([]);
});

test('the example configuration is checked without a warning', () => {
  expect(loadConfig('strayd.yaml', {}, () => read('deploy/strayd.example.yaml')).warnings).toEqual([]);
});
