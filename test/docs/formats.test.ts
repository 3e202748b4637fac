import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { pipelineConfig } from '../../src/config/pipeline-config.ts';
import { sampleFormat } from '../../src/ingest/formats/format-registry.ts';
import { testLimits } from '../ingest/formats/format-contract.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/formats.md'), 'utf8');

/* Fenced blocks whose first line says a language and a format. */
const blocks = [...page.matchAll(/```(json|yaml|text) (\w+)\n([\s\S]*?)```/g)].map(
  ([, language = '', format = '', text = '']) => ({ language, format, text }),
);
const configs = blocks.filter(({ language }) => language === 'yaml');

const detectors = `
detectors:
  - name: hosts
    entity: [instance]
    features: [{metric: up}]
`;

const load = (text: string) =>
  loadConfig('strayd.yaml', {}, () => (text.includes('detectors:') ? text : text + detectors)).config;

test('shows a configuration for every format', () => {
  expect(configs.map(({ format }) => format)).toEqual([
    'prometheus_json',
    'remote_write',
    'otlp',
    'influx',
    'json',
    'avro',
  ]);
});

describe.each(configs)('the configuration of $format', ({ format, text }) => {
  const config = load(text);

  test('is a good one', () => {
    expect(config.sources[0]?.format).toBe(format);
  });

  const record = blocks.find((block) => block.format === format && block.language !== 'yaml');
  if (record === undefined) return;

  test('reads the record shown beside it', () => {
    const [source] = pipelineConfig(config).sources;
    const [detector] = config.detectors;
    if (source === undefined || detector === undefined) throw new Error('nothing to read it with');
    const { samples, rejects } = sampleFormat(source).decode(Buffer.from(record.text.trim()), testLimits);
    expect(rejects).toEqual([]);
    expect(samples.map(({ metric }) => metric)).toContain(detector.features[0]?.metric);
    expect(Object.keys(samples[0]?.labels ?? {})).toContain(detector.entity[0]);
  });
});
