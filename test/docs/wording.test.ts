import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf } from './pages.ts';

const src = resolve(import.meta.dirname, '../../src');
/** All that strayd may say, with texts that are joined over lines made whole. */
const said = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(src, name), 'utf8'))
  .join('\n')
  .replaceAll(/[`'"]\s*\+\s*[`'"]/g, '')
  .replaceAll(/\s+/g, ' ');

/** Sentences are of words; names and numbers between them are of the case. */
const SENTENCE = /(?<![^\s(])[A-Za-z]+(?: [A-Za-z]+){3,}(?![^\s,.:;)?!])/g;
/** Of so many words in a row the source must have them; the others of a sentence may be names. */
const IN_A_ROW = 3;

function unsaid(text: string): string[] {
  return [...text.matchAll(SENTENCE)]
    .map(([sentence]) => sentence)
    .filter((sentence) => {
      const words = sentence.split(' ');
      const rows = words
        .slice(IN_A_ROW - 1)
        .map((_, start) => words.slice(start, start + IN_A_ROW).join(' '));
      return !rows.some((row) => said.includes(row));
    });
}

const outputs = blocksOf('text').filter(({ about }) => about === '');

test('there are outputs to read, and wording of another day is seen', () => {
  expect(outputs.length).toBeGreaterThan(10);
  expect(unsaid('score 1.0 (1 is the threshold)\n  All values lie within their usual ranges here.')).toEqual([
    'All values lie within their usual ranges here',
  ]);
});

test.each(outputs)('what $place shows is worded as strayd words it', ({ text }) => {
  expect(unsaid(text)).toEqual([]);
});
