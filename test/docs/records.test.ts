import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { pipelineConfig } from '../../src/config/pipeline-config.ts';
import { sampleFormat } from '../../src/ingest/formats/format-registry.ts';
import { testLimits } from '../ingest/formats/format-contract.ts';
import { blocksOf } from './pages.ts';

/* docs/formats.md has a test of its own, where each record meets the configuration beside it. */
const records = blocksOf('json').filter(
  ({ about, place }) => about !== '' && !place.startsWith('docs/formats.md'),
);

test.each(records)('the record at $place is read by its format', ({ about, text }) => {
  const yaml = `
sources: [{name: shown, topics: [metrics], format: ${about}}]
detectors: [{name: hosts, entity: [instance], features: [{metric: up}]}]`;
  const [source] = pipelineConfig(loadConfig('strayd.yaml', {}, () => yaml).config).sources;
  if (source === undefined) throw new Error('the configuration has a source');
  const { samples, rejects } = sampleFormat(source).decode(Buffer.from(text.trim()), testLimits);
  expect(rejects).toEqual([]);
  expect(samples).toHaveLength(1);
});
