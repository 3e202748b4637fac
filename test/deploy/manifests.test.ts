import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { operatorObject } from './operator-objects.ts';

const top = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(top, path), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly data?: Record<string, string>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const objectsOf = (path: string): Manifest[] =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Manifest);

describe('the Kubernetes manifest', () => {
  const objects = objectsOf('deploy/kubernetes/strayd.yaml');
  const text = read('deploy/kubernetes/strayd.yaml');
  const labels = (kind: string, ...keys: readonly string[]): unknown =>
    keys.reduce<unknown>(
      (value, key) => (value as Record<string, unknown>)[key],
      objects.find((object) => object.kind === kind)?.spec,
    );

  test('has all that a running strayd needs, each labelled', () => {
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'NetworkPolicy',
      'Secret',
      'Service',
      'ServiceAccount',
      'StatefulSet',
    ]);
    for (const { metadata } of objects) expect(metadata.labels['app.kubernetes.io/name']).toBe('strayd');
  });

  test('finds its pods by the labels that they have', () => {
    const pod = labels('StatefulSet', 'template', 'metadata', 'labels');
    expect(pod).toMatchObject({ 'app.kubernetes.io/component': 'daemon' });
    expect(labels('StatefulSet', 'selector', 'matchLabels')).toEqual(pod);
    expect(labels('Service', 'selector')).toEqual(pod);
    expect(labels('NetworkPolicy', 'podSelector', 'matchLabels')).toEqual(pod);
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
});

describe('the objects for the Prometheus operator', () => {
  const objects = objectsOf('deploy/kubernetes/monitoring.yaml');

  test.each(objects)('$kind has the keys and types of its definition', (object) => {
    expect(operatorObject.safeParse(object).error?.issues).toBeUndefined();
  });

  test('bring the rules that Prometheus gets elsewhere', () => {
    expect(objects.find(({ kind }) => kind === 'PrometheusRule')?.spec).toEqual(
      parse(read('grafana/rules/strayd.rules.yml')),
    );
  });
});

test('the chart has the version of this checkout', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(parse(read('deploy/kubernetes/strayd/Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

test('every value that the chart has is in its schema, and none else', () => {
  const { properties } = JSON.parse(read('deploy/kubernetes/strayd/values.schema.json')) as {
    properties: Record<string, unknown>;
  };
  const values = Object.keys(parse(read('deploy/kubernetes/strayd/values.yaml')) as object);
  // Helm itself may hand `global` in.
  expect(Object.keys(properties).sort()).toEqual(['global', ...values].sort());
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
