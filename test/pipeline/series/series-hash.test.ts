import { describe, expect, it } from 'vitest';
import { canonicalSeriesKey, seriesHash } from '../../../src/pipeline/series/series-hash.ts';

describe('series hashes', () => {
  it('do not see the order of labels', () => {
    expect(canonicalSeriesKey('up', { a: '1', b: '2' })).toBe(canonicalSeriesKey('up', { b: '2', a: '1' }));
    expect(canonicalSeriesKey('up', { a: '1' })).not.toBe(canonicalSeriesKey('up', { a: '1', b: '' }));
  });

  it('are the same for ever, because the store keeps them', () => {
    expect(seriesHash('')).toBe('180e178be2c23b60');
    expect(seriesHash('["up","instance","db-3"]')).toBe('9f3eff722d0ab7ef');
  });

  it('do not collide within what one entity can hold', () => {
    const hashes = new Set<string>();
    for (let index = 0; index < 200_000; index++) {
      hashes.add(
        seriesHash(canonicalSeriesKey('node_cpu_seconds_total', { cpu: String(index), mode: 'idle' })),
      );
    }
    expect(hashes.size).toBe(200_000);
  });

  it('spread over both halves', () => {
    const halves = [new Set<string>(), new Set<string>()] as const;
    for (let index = 0; index < 20_000; index++) {
      const hash = seriesHash(`series ${index}`);
      halves[0].add(hash.slice(0, 8));
      halves[1].add(hash.slice(8));
    }
    for (const half of halves) expect(half.size).toBeGreaterThan(19_980);
  });
});
