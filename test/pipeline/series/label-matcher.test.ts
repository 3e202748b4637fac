import { describe, expect, it } from 'vitest';
import type { LabelMatcher } from '../../../src/core/detector.ts';
import { compileMatchers } from '../../../src/pipeline/series/label-matcher.ts';

function accepts(op: LabelMatcher['op'], value: string, labels: Record<string, string>): boolean {
  return compileMatchers([{ label: 'job', op, value }])('up', labels);
}

describe('label matchers', () => {
  it('compare as PromQL does', () => {
    expect(accepts('=', 'node', { job: 'node' })).toBe(true);
    expect(accepts('=', 'node', { job: 'nodes' })).toBe(false);
    expect(accepts('!=', 'node', { job: 'db' })).toBe(true);
    expect(accepts('=~', 'no.e|db', { job: 'node' })).toBe(true);
    expect(accepts('!~', 'no.e|db', { job: 'node' })).toBe(false);
  });

  it('anchor regular expressions at both ends, alternatives too', () => {
    expect(accepts('=~', 'node|db', { job: 'db2' })).toBe(false);
    expect(accepts('=~', 'node|db', { job: 'xnode' })).toBe(false);
    expect(accepts('=~', 'a.b', { job: 'a\nb' })).toBe(true);
  });

  it('take a missing label for an empty one', () => {
    expect(accepts('=', '', {})).toBe(true);
    expect(accepts('!=', '', {})).toBe(false);
    expect(accepts('=~', '.+', {})).toBe(false);
    expect(accepts('=~', '.*', {})).toBe(true);
  });

  it('do not find labels on the object prototype', () => {
    const test = compileMatchers([{ label: 'constructor', op: '=', value: '' }]);
    expect(test('up', {})).toBe(true);
  });

  it('must all hold, and know the metric as __name__', () => {
    const test = compileMatchers([
      { label: '__name__', op: '=~', value: 'up|down' },
      { label: 'job', op: '=', value: 'node' },
    ]);
    expect(test('up', { job: 'node' })).toBe(true);
    expect(test('sideways', { job: 'node' })).toBe(false);
    expect(test('up', { job: 'db' })).toBe(false);
  });
});
