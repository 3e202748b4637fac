import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { renderProblems } from '../../src/config/render-problems.ts';
import { codeBlocks, pages } from './pages.ts';

const SECTIONS = new Set(Object.keys(configJsonSchema().properties ?? {}));
/** What a part of a configuration needs around it. */
const REST: Readonly<Record<string, string>> = {
  kafka: 'kafka: {brokers: [localhost:9092]}',
  sources: 'sources: [{name: node, topics: [metrics], format: prometheus_json}]',
  detectors: 'detectors: [{name: hosts, entity: [instance], features: [{metric: up}]}]',
};

const snippets = pages().flatMap((page) =>
  codeBlocks(page)
    .filter(({ language }) => language === 'yaml')
    .map(({ text, line }) => ({ place: `${page.path}:${line}`, text, keys: topLevel(text) }))
    .filter(({ keys }) => keys.some((key) => SECTIONS.has(key))),
);

function topLevel(text: string): string[] {
  return Object.keys((parse(text) ?? {}) as object);
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
