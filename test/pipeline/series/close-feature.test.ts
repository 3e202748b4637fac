import { describe, expect, it } from 'vitest';
import type { FeatureSpec } from '../../../src/core/detector.ts';
import { EntitySeries } from '../../../src/pipeline/series/entity-series.ts';
import { counted } from '../drive.ts';
import { Feed, smallSpec } from '../one-entity.ts';

const latency = { metric: 'seconds', where: [], aggregate: 'sum', unit: 's' } as const;
const mean: FeatureSpec = { ...latency, name: 'mean', as: 'mean' };
const median: FeatureSpec = { ...latency, name: 'median', as: 'quantile', quantile: 0.5 };

/** Feeds a route's buckets, and the sum and count, at once. */
function scrape(
  feed: Feed,
  second: number,
  buckets: Readonly<Record<string, number>>,
  { route = '/', sum = 0 }: { readonly route?: string; readonly sum?: number } = {},
): void {
  for (const [le, count] of Object.entries(buckets)) {
    feed.sample('seconds_bucket', second, count, { labels: { route, le } });
  }
  feed.sample('seconds_count', second, buckets['+Inf'] ?? NaN, { labels: { route } });
  feed.sample('seconds_sum', second, sum, { labels: { route } });
}

const feedOf = (...features: readonly FeatureSpec[]): Feed => new Feed([{ ...smallSpec, features }]);
/** Far enough for the steps before it to close. */
const close = (feed: Feed, second: number): void =>
  void feed.sample('seconds_count', second, 0, { labels: { route: '/close' } });

describe('a feature made from a histogram', () => {
  it('has no value before the second scrape, and none while nothing is observed: missing, not zero', () => {
    const feed = feedOf(mean, median);
    scrape(feed, 5, { 1: 10, 2: 10, '+Inf': 10 }, { sum: 5 });
    scrape(feed, 15, { 1: 20, 2: 30, '+Inf': 30 }, { sum: 25 });
    scrape(feed, 25, { 1: 20, 2: 30, '+Inf': 30 }, { sum: 25 });
    scrape(feed, 35, { 1: 20, 2: 34, '+Inf': 34 }, { sum: 33 });
    close(feed, 65);
    expect(feed.vectors().slice(0, 4)).toEqual([
      ['0', NaN, NaN],
      ['1', 1, 1],
      ['2', NaN, NaN],
      ['3', 2, 1.5],
    ]);
  });

  it('adds routes up before it is made, also with other bounds', () => {
    const feed = feedOf(mean, median);
    for (const second of [5, 15]) {
      const times = second === 5 ? 0 : 1;
      scrape(feed, second, { 1: 30 * times, '+Inf': 30 * times }, { route: '/a', sum: 15 * times });
      scrape(feed, second, { 2: 10 * times, '+Inf': 10 * times }, { route: '/b', sum: 15 * times });
    }
    close(feed, 65);
    // The bucket up to 2 of the other route is below the one before.
    expect(feed.vectors().slice(0, 2)).toEqual([
      ['0', NaN, NaN],
      ['1', 30 / 40, 20 / 30],
    ]);
  });

  it('counts after a reset what came since', () => {
    const feed = feedOf(mean, median);
    scrape(feed, 5, { 1: 500, 2: 1000, '+Inf': 1000 }, { sum: 1000 });
    scrape(feed, 15, { 1: 4, 2: 4, '+Inf': 4 }, { sum: 2 });
    close(feed, 65);
    expect(feed.vectors()[1]).toEqual(['1', 0.5, 0.5]);
  });

  it('goes on without a bucket that was lost, and takes a new one in with its second scrape', () => {
    const feed = feedOf(median);
    scrape(feed, 5, { 1: 0, 4: 0, '+Inf': 0 });
    scrape(feed, 15, { 1: 10, 4: 40, '+Inf': 40 });
    scrape(feed, 25, { 1: 20, 2: 50, 4: 80, '+Inf': 80 });
    scrape(feed, 35, { 2: 80, 4: 120, '+Inf': 120 });
    scrape(feed, 45, { 1: 40, 2: 110, 4: 160, '+Inf': 160 });
    feed.sample('seconds_bucket', 95, 0, { labels: { route: '/close', le: '1' } });
    expect(feed.vectors().slice(1, 5)).toEqual([
      ['1', 2],
      ['2', 2],
      // Of 40 observations 30 up to 2; the bucket of 1 is not remembered from the step before.
      ['3', (2 * 20) / 30],
      // Of the lost bucket the rate goes over both steps.
      ['4', 1 + 10 / 20],
    ]);
  });

  it('is carried over a scrape gap as a whole, for as long as other values are', () => {
    const feed = feedOf(median);
    scrape(feed, 5, { 1: 0, '+Inf': 0 });
    scrape(feed, 15, { 1: 10, '+Inf': 10 });
    scrape(feed, 45, { 1: 40, '+Inf': 70 });
    scrape(feed, 135, { 1: 50, '+Inf': 80 });
    scrape(feed, 145, { 1: 60, '+Inf': 90 });
    scrape(feed, 195, { 1: 60, '+Inf': 90 });
    expect(feed.vectors().slice(0, 7)).toEqual([
      ['0', NaN],
      ['1', 0.5],
      ['2~', 0.5],
      ['3~', 0.5],
      ['4', 1],
      ['13', NaN],
      ['14', 0.5],
    ]);
  });

  it('is missing where no bucket holds all observations', () => {
    const feed = feedOf(median);
    scrape(feed, 5, { 1: 0, 2: 0 });
    scrape(feed, 15, { 1: 5, 2: 10 });
    scrape(feed, 95, { 1: 5 });
    expect(feed.vectors().slice(0, 2)).toEqual([
      ['0', NaN],
      ['1', NaN],
    ]);
  });

  it('is heard of, but never as something that stands still', () => {
    const features = [median, { ...latency, name: 'temp', metric: 'temp', as: 'gauge' as const }];
    const series = new EntitySeries({ ...smallSpec, features });
    for (const [feature, part] of [
      [0, 1],
      [0, Infinity],
      [1, 0],
    ] as const) {
      const track = series.track(
        { feature, hash: 'same', part },
        { seriesPerEntity: 9, bucketsPerHistogram: 9 },
      );
      if (typeof track === 'string') throw new Error(track);
      for (const second of [5, 15]) series.add(track, second * 1000, second, 0, 0);
    }
    expect(series.closeThrough(1).map(({ values, heard, fresh }) => [...values, ...heard, fresh])).toEqual([
      [NaN, 5, 0, 1, true],
      [0.5, 15, 0, 1, true],
    ]);
  });

  it('takes no more buckets than the limit, and counts what it leaves out', () => {
    const spec = { ...smallSpec, features: [mean, median] };
    const feed = new Feed([spec], { limits: { bucketsPerHistogram: 3 } });
    scrape(feed, 5, { '+Inf': 0, 1: 0, 2: 0, 4: 0, 8: 0 });
    scrape(feed, 5, { '+Inf': 0, 1: 0, 2: 0, 4: 0 }, { route: '/b' });
    expect(counted(feed.effects)).toEqual({ accepted: 10, bucket_limit: 3 });
  });
});
