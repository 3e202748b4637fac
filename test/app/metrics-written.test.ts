import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';

const APP = new URL('../../src/app/', import.meta.url);

it('every metric that is exported is written by somebody', () => {
  const metrics = createMetrics({ version: '1', nodeVersion: '20' });
  const source = readdirSync(APP, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, APP), 'utf8'))
    .join('\n');
  const unwritten = Object.keys(metrics).filter(
    (name) => name !== 'registry' && !new RegExp(`metrics\\.${name}\\.(set|inc|observe)\\(`).test(source),
  );
  expect(unwritten).toEqual([]);
});
