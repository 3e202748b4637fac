import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { renderProblems } from '../../src/config/render-problems.ts';
import { systemBinary } from '../support/system-binary.ts';
import { blocksOf } from './pages.ts';

/* promtool comes with Debian's prometheus. */
const promtool = systemBinary('promtool', 'prometheus');

const SECTIONS = new Set(Object.keys(configJsonSchema().properties ?? {}));
/** What a part of a configuration needs around it. */
const REST: Readonly<Record<string, string>> = {
  kafka: 'kafka: {brokers: [localhost:9092]}',
  sources: 'sources: [{name: node, topics: [metrics], format: prometheus_json}]',
  channels: "channels: [{name: am, type: alertmanager, urls: ['http://localhost:9093']}]",
  detectors: 'detectors: [{name: hosts, entity: [instance], features: [{metric: up}]}]',
};

const blocks = blocksOf('yaml').map(({ place, about, text }) => {
  const whole = about === 'detector' ? inDetector(text) : text;
  return { place, text: whole, keys: topLevel(whole) };
});
const snippets = blocks.filter(({ keys }) => keys.some((key) => SECTIONS.has(key)));
const others = blocks.filter((block) => !snippets.includes(block));

function topLevel(text: string): string[] {
  return Object.keys((parse(text) ?? {}) as object);
}

function inDetector(text: string): string {
  return `detectors:\n  - name: hosts\n    entity: [instance]\n    features: [{metric: up}]\n${text.replaceAll(/^/gm, '    ')}`;
}

/** What `strayd check` says of it; every file that it names is there. */
function complaints(text: string): string {
  try {
    const { warnings } = loadConfig('strayd.yaml', process.env, (path) =>
      path.endsWith('.yaml') ? text : 'https://example.org/',
    );
    return warnings.length === 0 ? '' : renderProblems([], warnings);
  } catch (error) {
    if (error instanceof ConfigError) return renderProblems(error.problems, error.warnings);
    throw error;
  }
}

test('there are snippets to try', () => {
  expect(snippets.length).toBeGreaterThan(12);
});

test.each(snippets)('the configuration at $place is checked without a warning', ({ text, keys }) => {
  const missing = Object.keys(REST).filter((key) => !keys.includes(key));
  expect(complaints([text, ...missing.map((key) => REST[key])].join('\n'))).toBe('');
});

test.skipIf(promtool.path === null).each(others)(
  `what is no configuration of strayd at $place is one of Prometheus${promtool.note}`,
  ({ text }) => {
    const folder = mkdtempSync(join(tmpdir(), 'strayd-shown-'));
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, text);
    // The files that it names are elsewhere.
    const { stdout, stderr } = spawnSync(promtool.path ?? '', ['check', 'config', '--syntax-only', file], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(stdout + stderr).toContain('SUCCESS');
  },
);
