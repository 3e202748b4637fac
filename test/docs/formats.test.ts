import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { pipelineConfig, type PipelineSource } from '../../src/config/pipeline-config.ts';
import { AvroSchemas } from '../../src/ingest/formats/avro-schema.ts';
import { avro } from '../../src/ingest/formats/avro.ts';
import { sampleFormat } from '../../src/ingest/formats/format-registry.ts';
import type { SampleFormat } from '../../src/ingest/formats/sample-format.ts';
import { testLimits } from '../ingest/formats/format-contract.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/formats.md'), 'utf8');

/* Fenced blocks whose first line says a language and a format. */
const blocks = [...page.matchAll(/```(json|yaml|text|base64) (\w+)\n([\s\S]*?)```/g)].map(
  ([, language = '', format = '', text = '']) => ({ language, format, text }),
);
const configs = blocks.filter(({ language }) => language === 'yaml');

const detectors = `
detectors:
  - name: hosts
    entity: [instance]
    features: [{metric: up}]
`;

/* The schema stands on the page and not in a registry. */
const formatOf = (source: PipelineSource): SampleFormat => {
  if (source.format !== 'avro') return sampleFormat(source);
  const schema = /```json avro_schema\n(\{"type":"record".*\})\n```/.exec(page)?.[1] ?? '';
  const read = new AvroSchemas().read(schema);
  return avro(source.avro, { schema: () => ({ read }), learn: () => Promise.resolve() });
};

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

  test('reads the record shown beside it', () => {
    const record = blocks.find((block) => block.format === format && block.language !== 'yaml');
    const [source] = pipelineConfig(config).sources;
    const [detector] = config.detectors;
    if (record === undefined || source === undefined || detector === undefined) {
      throw new Error(`a record of ${format}, its source and its detector are expected on the page`);
    }
    const bytes = Buffer.from(record.text.trim(), record.language === 'base64' ? 'base64' : 'utf8');
    const { samples, rejects } = formatOf(source).decode(bytes, testLimits);
    expect(rejects).toEqual([]);
    expect(samples.map(({ metric }) => metric)).toContain(detector.features[0]?.metric);
    expect(Object.keys(samples[0]?.labels ?? {})).toContain(detector.entity[0]);
  });
});
