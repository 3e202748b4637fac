import { describe, expect, it } from 'vitest';
import { SourceWatch } from '../../src/app/source-watch.ts';
import type { SourceConfig } from '../../src/config/config.ts';
import { partitionOf, publishedWith } from './published-fixtures.ts';

const source: SourceConfig = { name: 'node', topics: ['metrics'], format: 'prometheus_json' };

describe('what is known of sources', () => {
  const at = { ms: 1_000_000 };
  const watch = (): SourceWatch => new SourceWatch([source], () => at.ms);
  const samples = (count: number, result = 'accepted') =>
    publishedWith({ samples: [{ source: 'node', result, count }] });

  it('begins with nothing', () => {
    expect(watch().views()).toEqual([
      {
        source: 'node',
        topics: ['metrics'],
        format: 'prometheus_json',
        watermarkLagMs: null,
        samples: {},
        samplesPerSecond: 0,
        deadLetters: {},
        partitions: [],
      },
    ]);
  });

  it('counts samples and dead letters since the start', () => {
    const sources = watch();
    sources.apply(samples(3));
    sources.apply(samples(2));
    sources.apply(samples(1, 'late'));
    sources.apply(publishedWith({ deadLetters: [{ source: 'node', reason: 'not_json', count: 4 }] }));
    expect(sources.views()[0]).toMatchObject({
      samples: { accepted: 5, late: 1 },
      deadLetters: { not_json: 4 },
    });
  });

  it('tells the rate of the last minute, and none of what is longer ago', () => {
    const sources = watch();
    for (let second = 0; second < 120; second++) {
      sources.apply(samples(10));
      at.ms += 1000;
    }
    expect(sources.views()[0]?.samplesPerSecond).toBeCloseTo(10, 0);
    at.ms += 120_000;
    expect(sources.views()[0]?.samplesPerSecond).toBe(0);
  });

  it('tells how far behind the clock the slowest partition is, which grows while nothing comes', () => {
    const sources = watch();
    const partitions = [
      partitionOf(0, { watermarkMs: at.ms - 5000, lagRecords: 7 }),
      partitionOf(1, { watermarkMs: -Infinity }),
      partitionOf(2, { watermarkMs: at.ms - 60_000, idle: true }),
    ];
    sources.apply(publishedWith({ partitions }));
    at.ms += 2000;
    const view = sources.views()[0];
    expect(view?.watermarkLagMs).toBe(7000);
    expect(view?.partitions.map(({ watermarkMs }) => watermarkMs === null)).toEqual([false, true, false]);
    expect(view?.partitions[0]).toMatchObject({ topic: 'metrics', partition: 0, lagRecords: 7, idle: false });
  });
});
