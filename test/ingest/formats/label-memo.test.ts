import { describe, expect, it } from 'vitest';
import { LabelMemo, withLabel } from '../../../src/ingest/formats/label-memo.ts';
import { fc } from '../../support/properties.ts';
import { testLimits } from './format-contract.ts';

const memoOf = (mostKept?: number): LabelMemo => {
  const memo = new LabelMemo(mostKept);
  memo.within(testLimits);
  return memo;
};

describe('the text that stands for labels', () => {
  it('is another one for other labels, whatever their names and values hold', () => {
    const piece = fc.constantFrom('', 'a', '1', ':', '1:', 'a1:', '\u0000', '1:a2:bc');
    const labels = fc.array(fc.tuple(piece, piece), { maxLength: 3 });
    const textOf = (pairs: readonly (readonly [string, string])[]): string =>
      pairs.reduce((text, [name, value]) => withLabel(text, name, value), '');
    fc.assert(
      fc.property(labels, labels, (one, other) => {
        expect(textOf(one) === textOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the memo of labels', () => {
  it('gives a series of a set the same labels object each time, and no other series', () => {
    const memo = memoOf();
    const set = memo.keep('a', { job: 'node' });
    if (set === null) throw new Error('not kept');
    const up = memo.series(set, 'up', 'up');
    expect(up).toEqual({ metric: 'up', labels: { job: 'node' } });
    expect(memo.series(set, 'up', 'up')).toBe(up);
    expect(memo.find('a')?.series.get('up')).toBe(up);
    const bucket = memo.series(set, 'up 1', 'up', { job: 'mine', le: '1' });
    expect(bucket.labels).toEqual({ job: 'mine', le: '1' });
    expect(set.labels).toEqual({ job: 'node' });
  });

  it('forgets all when other limits hold', () => {
    const memo = memoOf();
    memo.keep('a', {});
    expect(memo.within(testLimits)).toBe(false);
    expect(memo.find('a')).not.toBeNull();
    expect(memo.within({ ...testLimits })).toBe(true);
    expect(memo.find('a')).toBeNull();
  });

  it('remembers what is in use, and forgets the rest when there are too many', () => {
    const memo = memoOf(10);
    memo.keep('used', {});
    for (let index = 0; index < 100; index++) {
      memo.keep(`other-${index}`, {});
      expect(memo.find('used')).not.toBeNull();
    }
    const left = Array.from({ length: 100 }, (_, index) => memo.find(`other-${index}`));
    expect(left.filter((one) => one !== null).length).toBeLessThan(25);
  });

  it('stays bounded though one set has ever new series', () => {
    const memo = memoOf(100);
    const set = memo.keep('a', {});
    if (set === null) throw new Error('not kept');
    for (let index = 0; index < 25_000; index++) memo.series(set, `m${index}`, `m${index}`);
    expect(set.series.size).toBeLessThanOrEqual(10_000);
  });

  it('keeps nothing for texts without end', () => {
    expect(memoOf().keep('x'.repeat(5000), {})).toBeNull();
  });
});
