import { describe, expect, it } from 'vitest';
import { takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { calibrations, counted, NOTHING, partitionId } from './drive.ts';
import { MemoryStore } from './memory-store.ts';
import { Feed, smallSpec } from './one-entity.ts';
import { fakeModel, fakeSpec } from './scoring/fake-scoring-model.ts';

/* Steps of 10 s, 20 s of lateness. */
const gauges = (feed: Feed): unknown[][] => feed.vectors().map(([step, , temp]) => [step, temp]);
const rates = (feed: Feed): unknown[][] => feed.vectors().map(([step, bytes]) => [step, bytes]);

describe('lateness', () => {
  it('takes what comes inside allowed_lateness, however much newer others are', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1);
    feed.sample('temp', 29.999, 3);
    feed.sample('temp', 9, 2);
    feed.sample('temp', 55, 0);
    expect(counted(feed.effects)).toEqual({ accepted: 4 });
    expect(gauges(feed)).toEqual([
      ['0', 2],
      ['1~', 2],
      ['2', 3],
    ]);
  });

  it('counts what comes later, by source, and lets it change nothing', () => {
    const feed = new Feed();
    [5, 15, 25, 35, 45].forEach((second) => feed.sample('temp', second, second));
    const before = feed.vectors();
    for (const second of [1, 9.999, 14]) feed.sample('temp', second, 1e9);
    expect(counted(feed.effects)).toEqual({ accepted: 5, late: 3 });
    expect(feed.effects.counts).toContainEqual(
      expect.objectContaining({ source: 'node', samples: expect.objectContaining({ late: 3 }) as unknown }),
    );
    feed.sample('temp', 85, 85);
    expect(feed.vectors().slice(0, before.length)).toEqual(before);
  });
});

describe('the order of samples', () => {
  const counter = [
    [5, 100],
    [8, 130],
    [12, 170],
    [18, 230],
    [25, 300],
  ] as const;

  it('is by their own time: a counter that comes out of order was not reset', () => {
    const orders = [
      [0, 1, 2, 3, 4],
      [1, 0, 3, 2, 4],
      [4, 3, 2, 1, 0],
    ];
    const seen = orders.map((order) => {
      const feed = new Feed();
      for (const index of order) {
        const [second, value] = counter[index] ?? [0, 0];
        feed.sample('bytes_total', second, value);
      }
      feed.sample('bytes_total', 65, 700);
      return rates(feed).slice(0, 3);
    });
    expect(seen[0]).toEqual([
      ['0', 10],
      ['1', 10],
      ['2', 10],
    ]);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('lets a reset be one where it lies in time, also if the sample before it comes last', () => {
    const feed = new Feed();
    feed.sample('bytes_total', 5, 1000);
    feed.sample('bytes_total', 19, 50);
    feed.sample('bytes_total', 15, 1100);
    feed.sample('bytes_total', 65, 500);
    // 100 before the reset and 50 after it, in 14 s.
    expect(rates(feed)[1]).toEqual(['1', 150 / 14]);
  });
});

describe('a duplicate', () => {
  it('counts once, whichever partition it comes from and however often', () => {
    const feed = new Feed();
    feed.sample('bytes_total', 5, 100);
    for (const partition of [0, 1, 0]) feed.sample('bytes_total', 15, 200, { partition });
    feed.sample('bytes_total', 55, 600);
    expect(counted(feed.effects)).toEqual({ accepted: 3, duplicate: 2 });
    expect(rates(feed)[1]).toEqual(['1', 10]);
  });

  it('of a step that is closed is late, so that a producer who sends all again changes nothing', () => {
    const feed = new Feed();
    const send = (): void => [5, 15, 25].forEach((second) => void feed.sample('temp', second, second));
    send();
    feed.sample('temp', 65, 65);
    const before = feed.vectors();
    send();
    expect(counted(feed.effects)).toEqual({ accepted: 4, late: 3 });
    expect(feed.vectors()).toEqual(before);
  });
});

describe('a staleness marker', () => {
  it('is no sample: it is counted, resets no counter, and what it ends is carried over for absent_after at most', () => {
    const feed = new Feed();
    for (const second of [5, 15]) {
      feed.sample('bytes_total', second, second * 10);
      feed.sample('temp', second, 20);
    }
    feed.sample('temp', 16, NaN);
    feed.sample('bytes_total', 17, NaN);
    for (let second = 25; second <= 115; second += 10) feed.sample('bytes_total', second, second * 10);
    expect(counted(feed.effects)).toEqual({ accepted: 14, not_finite: 2 });
    expect(feed.vectors().map(([step, bytes, temp]) => [step, bytes, temp])).toEqual([
      ['0', NaN, 20],
      ['1', 10, 20],
      ...['2~', '3~', '4~', '5~'].map((step) => [step, 10, 20]),
      ...['6', '7', '8'].map((step) => [step, 10, NaN]),
    ]);
  });
});

describe('a clock that jumps', () => {
  it('ahead by more than max_future of its record is refused by name, and up to that it closes only its own steps', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1, { entity: 'b' });
    feed.sample('temp', 305.001, 1, { recordSecond: 5 });
    feed.sample('temp', 305, 1, { recordSecond: 5 });
    expect(feed.effects.deadLetters.map(({ reason }) => reason)).toEqual(['too_far_ahead']);
    feed.sample('temp', 6, 2, { entity: 'b' });
    feed.sample('temp', 46, 2, { entity: 'b' });
    expect(counted(feed.effects)).toEqual({ accepted: 4 });
    expect(feed.vectors('b')).toEqual([['0', NaN, 2]]);
  });

  it('ahead and is set right again makes its own samples late until time has caught up, and nobody else’s', () => {
    const feed = new Feed();
    for (const second of [5, 15, 25]) feed.sample('temp', second, 1);
    feed.sample('temp', 135, 9, { recordSecond: 35 });
    for (let second = 45; second <= 125; second += 10) {
      feed.sample('temp', second, 2);
      feed.sample('temp', second, 3, { entity: 'b' });
    }
    const { late } = counted(feed.effects);
    // Those of 45 to 105 s; the steps within allowed_lateness of the wrong time are still open.
    expect(late).toBe(7);
    for (let second = 135; second <= 165; second += 10) feed.sample('temp', second, 4);
    expect(counted(feed.effects)['late']).toBe(late);
    expect(feed.vectors('b').map(([step]) => step)).toEqual(['4', '5', '6', '7', '8', '9', '10']);
  });

  it('back makes its samples late and moves nothing backwards', () => {
    const feed = new Feed();
    for (let second = 5; second <= 105; second += 10) feed.sample('temp', second, 1);
    const before = feed.vectors();
    feed.sample('temp', 15, 7, { recordSecond: 115 });
    feed.sample('temp', 25, 7, { recordSecond: 125 });
    expect(counted(feed.effects)).toEqual({ accepted: 11, late: 2 });
    expect(feed.vectors()).toEqual(before);
  });
});

describe('a catch-up after a downtime', () => {
  const spec = fakeSpec({ stepMs: 10_000, allowedLatenessMs: 0, absentAfterMs: 50_000 });
  const DOWN_FOR_S = 2 * 3600;
  /* A fault of 30 s at second 105. */
  const feedThrough = (feed: Feed, until: number): void => {
    for (let second = 5; second < until; second += 10) {
      feed.sample('busy', second, second > 100 && second < 130 ? 50 : 0.1);
    }
  };
  const begin = (): Feed => {
    const feed = new Feed([spec]);
    feed.input({ kind: 'model', model: fakeModel(), calibrations, effectiveStep: 0 });
    return feed;
  };
  const present = (second: number) => ({ kind: 'present', source: 'node', timeMs: second * 1000 }) as const;

  it('scores in event time: steps, scores and alerts are those of a stream that never stopped', () => {
    const live = begin();
    feedThrough(live, 300);
    const late = begin();
    late.input(present(300 + DOWN_FOR_S));
    feedThrough(late, 300);
    const told = ({ effects }: Feed) =>
      effects.transitions.map(({ alert: { id }, to, step }) => [id, to, step]);
    expect(late.effects.steps).toEqual(live.effects.steps);
    expect(told(late)).toEqual(told(live));
    expect(told(late).map(([, to]) => to)).toEqual(['pending', 'firing', 'resolved']);
  });

  it('records an alert that is older than max_alert_age when it is found, and delivers it to nobody', () => {
    const feed = begin();
    feed.input(present(300 + DOWN_FOR_S));
    feedThrough(feed, 300);
    expect(feed.effects.transitions.map(({ to, alert }) => [to, alert.notified])).toEqual([
      ['pending', false],
      ['firing', false],
      ['resolved', false],
    ]);
    expect(feed.effects.notifications.map(({ deliver }) => deliver)).toEqual([false, false]);
    expect(feed.effects.incidents.every(({ incident }) => !incident.deliver)).toBe(true);
  });

  it('delivers what is not so old, and measures age by the clock of when it came in, in one call or in many', () => {
    const [cut, whole] = [begin(), begin()];
    for (const [second, atS] of [
      [105, 3000],
      [135, 3200],
      [205, 3800],
      [255, 9000],
    ] as const) {
      cut.input(present(atS));
      cut.sample('busy', second, second === 135 ? 0.1 : 50);
    }
    whole.input(...cut.inputs.slice(1));
    const delivered = ({ effects }: Feed) =>
      effects.notifications.map(({ event, atMs, deliver }) => [event, atMs / 1000, deliver]);
    expect(delivered(whole)).toEqual(delivered(cut));
    expect(delivered(cut)[0]).toEqual(['firing', 110, true]);
  });

  it('tells of an alert found too late once it goes on in the present', () => {
    const feed = begin();
    const until = 3900;
    feed.input(present(until));
    for (let second = 5; second < until; second += 10) feed.sample('busy', second, second > 100 ? 50 : 0.1);
    const [first] = feed.effects.notifications.filter(({ deliver }) => deliver);
    expect(first).toMatchObject({ event: 'firing', atMs: (until - 3600) * 1000 });
  });
});

describe('an entity that sent nothing for forget_after', () => {
  it('is dropped from memory and store, and begins as a stranger when it comes back', () => {
    const feed = new Feed();
    const store = new MemoryStore();
    const keep = (): void => store.apply(takeCheckpoint(feed.state, feed.effects));
    for (const second of [5, 15, 25, 35]) feed.sample('bytes_total', second, second * 10);
    keep();
    expect(store.restore().entities.map(({ entity }) => entity)).toEqual(['a']);
    for (let second = 45; second <= 645; second += 10) feed.sample('temp', second, 1, { entity: 'b' });
    keep();
    expect(feed.state.detectors[0]?.entities.has('a')).toBe(false);
    expect(store.restore().entities.map(({ entity }) => entity)).toEqual(['b']);
    const before = feed.vectors().length;
    feed.sample('bytes_total', 655, 1);
    feed.sample('bytes_total', 685, 1);
    expect(feed.vectors().slice(before)).toEqual([['65', NaN, NaN]]);
  });
});

it('a topic that stalls closes nothing by itself, so that no step of it is missing when it goes on', () => {
  const feed = new Feed([smallSpec], { restored: NOTHING });
  for (const second of [5, 15, 25]) feed.sample('temp', second, second);
  const before = feed.vectors().length;
  feed.input({ kind: 'present', source: 'node', timeMs: 10_000_000 });
  feed.input({ kind: 'idle', partition: partitionId(0), idle: true });
  feed.input({ kind: 'idle', partition: partitionId(0), idle: false });
  expect(feed.vectors()).toHaveLength(before);
  for (const second of [35, 45, 65]) feed.sample('temp', second, second);
  expect(counted(feed.effects)).toEqual({ accepted: 6 });
  expect(gauges(feed)).toEqual([
    ['0', 5],
    ['1', 15],
    ['2', 25],
    ['3', 35],
  ]);
});
