import { describe, expect, it } from 'vitest';
import { SeriesMemo } from '../../../src/ingest/formats/series-memo.ts';
import { testLimits } from './format-contract.ts';

const series = (instance: string) => ({ metric: 'up', labels: { job: 'node', instance } });
const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Looks for a text, and keeps a series for it if it is not there: true if it was. */
function isKnown(memo: SeriesMemo, text: string): boolean {
  const known = memo.find(bytesOf(text), 0, text.length);
  if (known === null) memo.keep(series(text));
  return known !== null;
}

describe('the memo of series', () => {
  it('gives the same object again for the same bytes, wherever they lie', () => {
    const memo = new SeriesMemo();
    memo.within(testLimits);
    expect(memo.find(bytesOf('abcdef'), 0, 6)).toBeNull();
    const kept = memo.keep(series('a'));
    expect(kept).toEqual(series('a'));
    expect(memo.find(bytesOf('xyabcdefz'), 2, 8)).toBe(kept);
  });

  it.each(['', 'a', 'abcde', 'abcdefg', 'abcdeg', 'abcdef\u0000'])('does not take %j for it', (text) => {
    const memo = new SeriesMemo();
    memo.within(testLimits);
    isKnown(memo, 'abcdef');
    expect(memo.find(bytesOf(text), 0, text.length)).toBeNull();
  });

  it('forgets all when other limits hold', () => {
    const memo = new SeriesMemo();
    memo.within(testLimits);
    isKnown(memo, 'abcdef');
    memo.within({ ...testLimits, maxLabels: 1 });
    expect(isKnown(memo, 'abcdef')).toBe(false);
  });

  it('remembers what is in use, and forgets the rest when there are too many', () => {
    const memo = new SeriesMemo(10);
    memo.within(testLimits);
    isKnown(memo, 'used');
    isKnown(memo, 'unused');
    for (let index = 0; index < 100; index++) {
      isKnown(memo, `series ${index}`);
      expect(isKnown(memo, 'used')).toBe(true);
    }
    expect(isKnown(memo, 'unused')).toBe(false);
  });

  it('keeps nothing for bytes without end', () => {
    const memo = new SeriesMemo();
    memo.within(testLimits);
    const long = 'x'.repeat(5000);
    expect(memo.find(bytesOf(long), 0, long.length)).toBeNull();
    expect(memo.keep(series('long'))).toBeNull();
  });
});
