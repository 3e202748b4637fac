import { expect, it } from 'vitest';
import { chooseFeatures } from '../../../src/app/discovery/choose-features.ts';
import { SeriesCensus, type SeenSeries } from '../../../src/app/discovery/series-census.ts';
import { createRandom } from '../../../src/core/random.ts';
import { hostSamples } from './host-samples.ts';

const STEP_MS = 15_000;
const OPTIONS = { entity: ['host'], stepMs: STEP_MS };

/** A series with a value at each step. */
const series = (metric: string, labels: Record<string, string>, values: readonly number[]): SeenSeries => ({
  metric,
  labels,
  times: values.map((_, index) => index * STEP_MS),
  values: [...values],
  stretches: values.map(() => 0),
});

const wave = (size: number, phase = 0): number[] =>
  Array.from({ length: 20 }, (_, index) => size * (2 + Math.sin(index + phase)));
const growing = (by: (index: number) => number): number[] => {
  let total = 100;
  return Array.from({ length: 20 }, (_, index) => (total += by(index)));
};
const reasonOf = (choice: ReturnType<typeof chooseFeatures>, name: string) =>
  choice.leftOut.find((one) => one.name === name)?.reason;

it('makes rates of counters, by name or by how they move, and leaves levels as they are', () => {
  const { features } = chooseFeatures(
    [
      series(
        'http_requests_total',
        { host: 'a' },
        growing((i) => 5 + (i % 3)),
      ),
      series(
        'packets',
        { host: 'a' },
        growing((i) => 9 + (i % 4)),
      ),
      series('temperature', { host: 'a' }, wave(20)),
      // Rises now and then and never falls: that is a level which fills up.
      series(
        'disk_used',
        { host: 'a' },
        growing((i) => (i % 7 === 0 ? 1 : 0)),
      ),
    ],
    OPTIONS,
  );
  expect(features.map(({ spec: { name, as, unit } }) => `${name} ${as} ${unit}`.trim())).toEqual([
    'disk_used gauge',
    'http_requests rate /s',
    'packets rate /s',
    'temperature gauge',
  ]);
  expect(features.map(({ reason }) => reason)).toEqual([
    'a level',
    'a counter by its name',
    'a counter, for it never fell',
    'a level',
  ]);
});

it('cuts a metric by a label of few words that all have, and joins over all others', () => {
  const cpu = (host: string, number: string, mode: string, phase: number) =>
    series(
      'cpu_seconds_total',
      { host, cpu: number, mode },
      growing((i) => 2 + Math.sin(i + phase)),
    );
  const all = ['a', 'b'].flatMap((host, at) =>
    ['0', '1'].flatMap((number) => [cpu(host, number, 'user', at), cpu(host, number, 'system', at + 2)]),
  );
  const { features } = chooseFeatures(all, OPTIONS);
  expect(features.map(({ spec: { name, where, aggregate } }) => ({ name, where, aggregate }))).toEqual([
    { name: 'cpu_seconds_system', where: [{ label: 'mode', op: '=', value: 'system' }], aggregate: 'sum' },
    { name: 'cpu_seconds_user', where: [{ label: 'mode', op: '=', value: 'user' }], aggregate: 'sum' },
  ]);
});

it('leaves out constants, copies, clocks, quantiles and what few have, each with its reason', () => {
  const choice = chooseFeatures(
    [
      ...['a', 'b', 'c'].map((host, at) => series('load', { host }, wave(1, at))),
      ...['a', 'b', 'c'].map((host, at) => series('load_in_percent', { host }, wave(100, at))),
      ...['a', 'b', 'c'].map((host) =>
        series(
          'limit',
          { host },
          wave(0).map(() => 7),
        ),
      ),
      ...['a', 'b', 'c'].map((host) =>
        series(
          'now',
          { host },
          growing(() => STEP_MS / 1000),
        ),
      ),
      series('rare', { host: 'a' }, wave(3)),
      series('latency', { host: 'a', quantile: '0.5' }, wave(3)),
      series('of_nobody', {}, wave(3)),
    ],
    OPTIONS,
  );
  expect(choice.features.map(({ spec }) => spec.name)).toEqual(['load']);
  expect(reasonOf(choice, 'load_in_percent')).toBe('it moves exactly as load does');
  expect(reasonOf(choice, 'limit')).toBe('it never changed in the sample');
  expect(reasonOf(choice, 'now')).toBe('a clock');
  expect(reasonOf(choice, 'rare')).toBe('only 1 of 3 entities have it');
  expect(reasonOf(choice, 'latency')).toBe('quantiles of a summary');
  expect(reasonOf(choice, 'of_nobody')).toBe('without the label that names the entity');
});

/** A histogram of each host's requests: how many of a step's 40 are at most so long, by bound. */
const histogram = (
  metric: string,
  below: Readonly<Record<string, (index: number) => number>>,
): SeenSeries[] =>
  ['a', 'b'].flatMap((host, at) => [
    ...Object.entries(below).map(([le, count]) =>
      series(
        `${metric}_bucket`,
        { host, le },
        growing((i) => count(i + at)),
      ),
    ),
    series(
      `${metric}_count`,
      { host },
      growing((i) => 40 + ((i + at) % 5)),
    ),
    series(
      `${metric}_sum`,
      { host },
      growing((i) => 10 + ((i * 7 + at) % 11)),
    ),
  ]);
const all = (i: number): number => 40 + (i % 5);

it('makes the mean and a high quantile of a histogram, not dozens of series', () => {
  const seen = histogram('api_seconds', {
    0.1: (i) => 20 + (i % 7),
    1: (i) => 30 + (i % 6),
    5: all,
    '+Inf': all,
  });
  const reset = (one: SeenSeries): SeenSeries => ({
    ...one,
    values: one.values.map((value, at) => (at < 10 ? value : value - (one.values[9] ?? 0))),
  });
  const choice = chooseFeatures(seen, OPTIONS);
  expect(chooseFeatures(seen.map(reset), OPTIONS)).toEqual(choice);
  expect(choice.features).toEqual([
    {
      spec: {
        name: 'api_seconds_count',
        metric: 'api_seconds_count',
        where: [],
        as: 'rate',
        aggregate: 'sum',
        unit: '/s',
      },
      reason: 'a histogram: how much is observed, a second',
    },
    {
      spec: {
        name: 'api_seconds_mean',
        metric: 'api_seconds',
        where: [],
        as: 'mean',
        aggregate: 'sum',
        unit: 's',
      },
      reason: 'a histogram: the mean of what each step observes',
    },
    {
      spec: {
        name: 'api_seconds_p99',
        metric: 'api_seconds',
        where: [],
        as: 'quantile',
        quantile: 0.99,
        aggregate: 'sum',
        unit: 's',
      },
      reason: 'a histogram: 99 % of what each step observes is at most that, by 4 buckets',
    },
  ]);
  expect(choice.leftOut).toEqual([{ name: 'api_seconds_sum', reason: 'api_seconds_mean is made of it' }]);
});

it('says why a quantile can not be had: no bucket of all, none but that, too coarse, or nothing observed', () => {
  const choice = chooseFeatures(
    [
      ...histogram('open', { 1: all }),
      ...histogram('blind', { '+Inf': all }),
      ...histogram('slow', { 1: (i) => i % 3, '+Inf': all }),
      ...histogram('idle', { 1: () => 0, '+Inf': () => 0 }),
    ],
    OPTIONS,
  );
  expect(reasonOf(choice, 'open_p99')).toBe('no bucket has le="+Inf", so nobody knows how much was observed');
  expect(reasonOf(choice, 'blind_p99')).toBe('it has no bucket but that of all');
  expect(reasonOf(choice, 'slow_p99')).toMatch(/^it mostly lies beyond the highest bucket \(1\)/);
  expect(reasonOf(choice, 'idle_p99')).toBe('nothing was observed in the sample');
});

it('makes the mean of a summary too, and takes deltas for the rates that they are', () => {
  const delta = (one: SeenSeries): SeenSeries => ({ ...one, isDelta: true });
  const { features } = chooseFeatures(
    [
      ...histogram('query_seconds', {}),
      delta(series('jobs_total', { host: 'a' }, wave(3))),
      delta(series('jobs_total', { host: 'b' }, wave(5))),
    ],
    OPTIONS,
  );
  expect(features.map(({ spec: { name, as, aggregate }, reason }) => [name, as, aggregate, reason])).toEqual([
    ['jobs', 'gauge', 'sum', 'deltas, which come as rates'],
    ['query_seconds_count', 'rate', 'sum', 'a summary: how much is observed, a second'],
    ['query_seconds_mean', 'mean', 'sum', 'a summary: the mean of what each step observes'],
  ]);
});

it('keeps what was seen only once: nobody knows whether it moves', () => {
  const { features } = chooseFeatures(
    [series('load', { host: 'a' }, [1]), series('load', { host: 'b' }, [1])],
    OPTIONS,
  );
  expect(features.map(({ spec }) => spec.name)).toEqual(['load']);
});

it('is bounded, and answers the same whatever the order of the series', () => {
  const random = createRandom(3);
  const noise = () => Array.from({ length: 20 }, () => random.normal());
  const many = Array.from({ length: 70 }, (_, n) => series(`m${n}`, { host: 'a' }, noise()));
  const { features, leftOut } = chooseFeatures(many, OPTIONS);
  expect(features).toHaveLength(50);
  expect(leftOut.filter(({ reason }) => reason === 'over 50 features')).toHaveLength(20);
  const census = new SeriesCensus();
  const plan = { hosts: ['a', 'b'], fromMs: 0, stepMs: STEP_MS, steps: 60, label: 'host' };
  for (const sample of hostSamples(plan)) census.add(sample, 0);
  const seen = census.series();
  expect(chooseFeatures([...seen].reverse(), OPTIONS)).toEqual(chooseFeatures(seen, OPTIONS));
});
