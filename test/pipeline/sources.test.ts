import { describe, expect, it } from 'vitest';
import type { PartitionId } from '../../src/core/records.ts';
import type { RestoredState } from '../../src/pipeline/checkpoint.ts';
import { takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { assignments, counted, partitionId } from './drive.ts';
import { MemoryStore } from './memory-store.ts';
import { Feed, smallSpec } from './one-entity.ts';
import { testMark } from '../support/partition-mark.ts';

const APPS: PartitionId = { source: 'apps', topic: 'apps-metrics', partition: 0 };

/** A feed of source `node`, beside which source `apps` is read. */
function twoSources(restored?: RestoredState, nextOffset = 0): Feed {
  const feed = new Feed([smallSpec], { ...(restored && { restored }), offsets: [nextOffset] });
  feed.input(...assignments(1), { kind: 'assigned', partition: APPS, nextOffset: 0 });
  return feed;
}

function fromApps(feed: Feed, offset: number, second: number, entity = 'app'): void {
  const sample = { metric: 'temp', labels: { instance: entity }, timeMs: second * 1000, value: 1 };
  const records = [{ offset, timeMs: second * 1000, samples: [sample] }];
  const slice = { ...APPS, firstOffset: offset, nextOffset: offset + 1, records, deadLetters: [] };
  feed.input({ kind: 'records', slice });
}

/** Entity `quiet` speaks once, `b` up to second `end`. */
function run(feed: Feed, end = 205): void {
  feed.sample('temp', 5, 1, { entity: 'quiet' });
  for (let second = 5; second <= end; second += 10) feed.sample('temp', second, 1, { entity: 'b' });
}

const closed = (feed: Feed): number | undefined => feed.state.detectors[0]?.closedByWatermark;

function restoredFrom(feed: Feed): RestoredState {
  const store = new MemoryStore();
  store.apply(takeCheckpoint(feed.state, feed.effects));
  return store.restore();
}

describe('a source', () => {
  it('that may still send holds the detector back; one that is empty, dead or read by others does not', () => {
    const feed = twoSources();
    run(feed);
    expect(feed.vectors('quiet')).toEqual([]);
    feed.input({ kind: 'idle', partition: APPS, idle: true });
    expect(feed.vectors('quiet')).toEqual([['0', NaN, 1]]);

    const revoked = twoSources();
    fromApps(revoked, 0, 5);
    revoked.input({ kind: 'revoked', partition: APPS });
    run(revoked);
    expect(revoked.vectors('quiet')).toEqual([['0', NaN, 1]]);
  });

  it('counts by its newest time when nothing more is awaited of any', () => {
    const feed = twoSources();
    fromApps(feed, 0, 6);
    run(feed);
    feed.input({ kind: 'idle', partition: partitionId(0), idle: true });
    expect(feed.vectors('quiet')).toEqual([]);
    feed.input({ kind: 'idle', partition: APPS, idle: true });
    expect(feed.vectors('quiet')).toEqual([['0', NaN, 1]]);
  });

  it('that wakes far behind brings nothing back, over a restart neither', () => {
    const before = twoSources();
    fromApps(before, 0, 6);
    before.input({ kind: 'idle', partition: APPS, idle: true });
    run(before);
    fromApps(before, 1, 25, 'quiet');
    expect(counted(before.effects)['late']).toBe(1);
    const restored = restoredFrom(before);
    const after = twoSources(restored, 22);
    expect(closed(after)).toBe(closed(before));
    expect(closed(after)).toBe(14);
  });

  it('that begins late does not bring back what was closed, over a restart neither', () => {
    const before = new Feed();
    before.input(...assignments(1));
    run(before);
    before.input({ kind: 'assigned', partition: APPS, nextOffset: 0 });
    expect(closed(twoSources(restoredFrom(before), 22))).toBe(14);
  });
});

describe('after a restart, a partition that nobody here reads any more', () => {
  it('does not reopen what was closed without it', () => {
    const before = new Feed();
    before.input(...assignments(2));
    before.sample('temp', 6, 1, { entity: 'c', partition: 1 });
    before.input({ kind: 'revoked', partition: partitionId(1) });
    // Its row of before says that it is awaited.
    const store = new MemoryStore();
    const mark = testMark(partitionId(1), { nextOffset: 1, watermarkMs: 6000 });
    store.apply({ ...takeCheckpoint(before.state, before.effects), marks: [mark] });
    run(before);
    store.apply(takeCheckpoint(before.state, before.effects));

    const offsets = [before.state.partitions[0]?.nextOffset ?? 0];
    const after = new Feed([smallSpec], { restored: store.restore(), offsets });
    expect(closed(after)).toBe(closed(before));
    after.input(...assignments(1), { kind: 'idle', partition: partitionId(0), idle: true });
    after.sample('temp', 25, 1, { entity: 'quiet' });
    expect(counted(after.effects)).toEqual({ late: 1 });
  });

  it('is not idle because of a verdict that waited for a replay when it was taken away', () => {
    const mark = testMark(partitionId(0), { nextOffset: 9 });
    const feed = new Feed([smallSpec], {
      restored: { marks: [mark], entities: [], activations: [], budgetRefits: [], exclusions: [] },
    });
    feed.input(...assignments(2));
    feed.input({ kind: 'idle', partition: partitionId(1), idle: true });
    feed.input({ kind: 'revoked', partition: partitionId(1) });
    feed.input({ kind: 'idle', partition: partitionId(0), idle: true });
    expect(feed.state.partitions.map(({ idle }) => idle)).toEqual([true, false]);
  });

  it('does not reopen what the other sources closed, and does not pull its own ahead', () => {
    const before = twoSources();
    const second = { ...APPS, partition: 1 };
    before.input({ kind: 'assigned', partition: second, nextOffset: 0 });
    fromApps(before, 0, 40);
    before.input({ kind: 'revoked', partition: APPS }, { kind: 'revoked', partition: second });
    run(before);
    const restored = restoredFrom(before);
    expect(restored.marks.filter(({ source }) => source === 'apps')).toMatchObject([
      { partition: 0, idle: true, watermarkMs: -Infinity },
      { partition: 1, idle: true, watermarkMs: -Infinity },
    ]);
    expect(closed(new Feed([smallSpec], { restored }))).toBe(14);
  });

  it('is still awaited as long as nothing was closed without it', () => {
    const before = new Feed();
    before.input(...assignments(2));
    before.sample('temp', 105, 1);
    before.sample('temp', 85, 1, { entity: 'slow', partition: 1 });
    const store = new MemoryStore();
    store.apply(takeCheckpoint(before.state, before.effects));
    // It dies before it is given any partition, but not before a checkpoint.
    const between = new Feed([smallSpec], { restored: store.restore() });
    store.apply(takeCheckpoint(between.state, between.effects));
    const after = new Feed([smallSpec], { restored: store.restore() });
    expect(closed(after)).toBe(closed(before));
    expect(closed(after)).toBe(2);
  });
});

describe('what is held back during a replay', () => {
  const mark = testMark(partitionId(0), { nextOffset: 9 });
  const restored = {
    marks: [mark, { ...mark, partition: 1, nextOffset: 0 }],
    entities: [],
    activations: [],
    budgetRefits: [],
    exclusions: [],
    acceptances: [],
  };

  it('is counted each time that its bound is reached', () => {
    const feed = new Feed([smallSpec], { restored, limits: { samplesHeldBack: 3 } });
    feed.input(...assignments(2));
    [5, 15].forEach((second) => feed.sample('temp', second, 1, { partition: 1 }));
    expect(counted(feed.effects)).toEqual({});
    feed.sample('temp', 45, 1, { partition: 1 });
    expect(counted(feed.effects)).toEqual({ accepted: 3, held_back_limit: 1 });
  });

  it('does not count towards the bound any more once its partition was reset', () => {
    const feed = new Feed([smallSpec], { restored, limits: { samplesHeldBack: 3 } });
    feed.input(...assignments(2));
    [5, 15].forEach((second) => feed.sample('temp', second, 1, { partition: 1 }));
    feed.input({ kind: 'reset', partition: partitionId(1), nextOffset: 2 });
    feed.sample('temp', 25, 1, { partition: 1 });
    expect(counted(feed.effects)).toEqual({});
    expect(feed.state.samplesHeldBack).toBe(1);
  });
});
