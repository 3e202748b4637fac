import { describe, expect, it } from 'vitest';
import { beginning, calibrations, counted, cut, interleave, partitionId, pipeline, seen } from './drive.ts';
import { mulberry } from './seeded.ts';
import { Feed, smallSpec } from './one-entity.ts';
import { fakeSpec, fakeModel } from './scoring/fake-scoring-model.ts';
import { middleStep, streamCase } from './stream-case.ts';
import { step } from '../../src/pipeline/step.ts';
import { releaseModels, resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { fc } from '../support/properties.ts';

const NO_RATE = NaN;

describe('rates', () => {
  it('go on through a counter reset without falling below zero', () => {
    const feed = new Feed();
    [100, 200, 300, 40, 140].forEach((value, index) => feed.sample('bytes_total', 5 + index * 10, value));
    feed.sample('bytes_total', 95, 0);
    expect(feed.vectors().slice(0, 5)).toEqual([
      ['0', NO_RATE, NaN],
      ['1', 10, NaN],
      ['2', 10, NaN],
      ['3', 4, NaN],
      ['4', 10, NaN],
    ]);
  });

  it('spread over a scrape gap, which is filled up to two steps', () => {
    const feed = new Feed();
    [5, 15, 45, 55, 105].forEach((second) => feed.sample('bytes_total', second, second * 10));
    expect(feed.vectors()).toEqual([
      ['0', NO_RATE, NaN],
      ['1', 10, NaN],
      ['2~', 10, NaN],
      ['3~', 10, NaN],
      ['4', 10, NaN],
      ['5', 10, NaN],
    ]);
  });

  it('begin anew after more than absent_after', () => {
    const feed = new Feed();
    [5, 15, 95, 105, 145].forEach((second) => feed.sample('bytes_total', second, second * 10));
    expect(feed.vectors()).toEqual([
      ['0', NO_RATE, NaN],
      ['1', 10, NaN],
      ['9', NO_RATE, NaN],
      ['10', 10, NaN],
    ]);
  });
});

describe('gaps', () => {
  it('of more than two whole steps break the window: nothing is stored', () => {
    const feed = new Feed();
    [5, 15, 55, 100].forEach((second) => feed.sample('temp', second, second));
    expect(feed.vectors()).toEqual([
      ['0', NaN, 5],
      ['1', NaN, 15],
      ['5', NaN, 55],
    ]);
  });

  it('of one series are filled for absent_after at most', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 50);
    for (let second = 6; second < 100; second += 10) feed.sample('bytes_total', second, second);
    expect(feed.vectors().map(([label, , temp]) => [label, temp])).toEqual([
      ['0', 50],
      ['1~', 50],
      ['2~', 50],
      ['3~', 50],
      ['4~', 50],
      ['5', NaN],
      ['6', NaN],
    ]);
  });

  it('are stored as filled but never scored', () => {
    const feed = new Feed([fakeSpec({ stepMs: 10_000, allowedLatenessMs: 0, absentAfterMs: 50_000 })]);
    const model = { ...fakeModel(), features: ['busy', 'load'] };
    feed.input({ kind: 'model', model, calibrations, effectiveStep: 0 });
    [5, 15, 35, 45].forEach((second) => feed.sample('busy', second, 0.1));
    expect(
      feed.effects.steps.map(({ vector, scored }) => [vector.step, vector.filled, scored !== null]),
    ).toEqual([
      [0, false, true],
      [1, false, true],
      [2, true, false],
      [3, false, true],
    ]);
  });

  it('end an open alert after ten steps, whether the watermark tells or the entity’s return', () => {
    const spec = fakeSpec({ stepMs: 10_000, allowedLatenessMs: 0, absentAfterMs: 50_000 });
    const told = [true, false].map((byWatermark) => {
      const feed = new Feed([spec]);
      feed.input({ kind: 'assigned', partition: partitionId(1), nextOffset: 0 });
      feed.input({ kind: 'model', model: fakeModel(), calibrations, effectiveStep: 0 });
      for (let second = 5; second < 100; second += 10) feed.sample('busy', second, 0.1);
      feed.sample('busy', 105, 50);
      // Partition 1 holds the watermark back as long as nothing comes of it.
      if (byWatermark) feed.sample('busy', 365, 0.1, { entity: 'b', partition: 1 });
      feed.sample('busy', 361, 0.1, { entity: 'b' });
      const before = feed.effects.transitions.length;
      feed.sample('busy', 401, 0.1);
      feed.sample('busy', 411, 0.1);
      return { before, seen: seen({ ...feed.effects, steps: [] }) };
    });
    expect(told.map(({ before }) => before)).toEqual([3, 0]);
    expect(told[0]?.seen).toEqual(told[1]?.seen);
    expect(JSON.stringify(told[0]?.seen['a transitions'])).toContain('no_data');
  });

  it('end an alert that opens only as the same call is scored', () => {
    const spec = fakeSpec({ stepMs: 10_000, allowedLatenessMs: 0, absentAfterMs: 50_000 });
    const single = new Feed([spec]);
    single.input({ kind: 'model', model: fakeModel(), calibrations, effectiveStep: 0 });
    for (let second = 5; second < 100; second += 10) single.sample('busy', second, 0.1);
    single.sample('busy', 105, 50);
    single.sample('busy', 115, 0.1);
    single.sample('busy', 365, 0.1, { entity: 'b' });
    expect(single.effects.transitions.map(({ to }) => to)).toEqual(['pending', 'firing', 'resolved']);
    const joined = new Feed([spec]);
    expect(seen(joined.input(...single.inputs))).toEqual(seen(single.effects));
  });
});

describe('verdicts', () => {
  it('close a step by the entity’s own clock, whatever others do', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1, { entity: 'slow' });
    for (let second = 5; second <= 55; second += 10) feed.sample('temp', second, 1, { entity: 'fast' });
    expect(feed.vectors('fast').map(([label]) => label)).toEqual(['0', '1', '2']);
    expect(feed.vectors('slow')).toEqual([]);
    feed.sample('temp', 65, 1, { entity: 'fast' });
    expect(feed.vectors('slow').map(([label]) => label)).toEqual(['0']);
  });

  it('count a late sample and leave it out', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1);
    feed.sample('temp', 31, 1);
    feed.sample('temp', 6, 99);
    feed.sample('temp', 65, 1);
    expect(counted(feed.effects)).toEqual({ accepted: 3, late: 1 });
    expect(feed.vectors()[0]).toEqual(['0', NaN, 1]);
  });

  it('refuse a sample that is too far ahead of its record, and leave all clocks alone', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1);
    feed.sample('temp', 400, 1, { recordSecond: 6 });
    feed.sample('temp', 7, 2);
    expect(feed.effects.deadLetters.map(({ reason, offset }) => [reason, offset])).toEqual([
      ['too_far_ahead', 1],
    ]);
    expect(counted(feed.effects)).toEqual({ accepted: 2 });
  });

  it('are not closed for others by a sender whose clock is fast, watched or not', () => {
    for (const metric of ['temp', 'nobody_watches_this']) {
      const feed = new Feed();
      feed.sample('temp', 5, 1, { entity: 'b' });
      feed.sample(metric, 245, 1, { entity: 'fast', recordSecond: 6 });
      feed.sample('temp', 15, 2, { entity: 'b' });
      expect(counted(feed.effects), metric).not.toHaveProperty('late');
    }
  });

  it('take no notice of values that are not finite', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1);
    feed.sample('temp', 15, NaN);
    feed.sample('temp', 16, Infinity);
    feed.sample('temp', 55, 1);
    expect(counted(feed.effects)).toEqual({ accepted: 2, not_finite: 2 });
    expect(feed.vectors().map(([label]) => label)).toEqual(['0']);
  });

  it('keep the larger of two samples of one time', () => {
    for (const values of [
      [3, 7],
      [7, 3],
    ]) {
      const feed = new Feed();
      values.forEach((value) => feed.sample('temp', 5, value));
      feed.sample('temp', 35, 0);
      expect(feed.vectors()).toEqual([['0', NaN, 7]]);
      expect(counted(feed.effects)).toEqual({ accepted: 2, duplicate: 1 });
    }
  });

  it('leave out series that nobody selects or that lack an entity label', () => {
    const feed = new Feed([{ ...smallSpec, select: [{ label: 'job', op: '=', value: 'node' }] }]);
    feed.sample('temp', 5, 1, { labels: { job: 'node' } });
    feed.sample('temp', 5, 1, { labels: { job: 'other' } });
    feed.sample('temp', 5, 1, { labels: { job: 'node', instance: '' } });
    expect(counted(feed.effects)).toEqual({ accepted: 1, unselected: 2 });
  });

  it('hold to the limits of entities and series, and count what is over', () => {
    const feed = new Feed([smallSpec], { limits: { entitiesPerDetector: 1, seriesPerEntity: 1 } });
    feed.sample('temp', 5, 1);
    feed.sample('temp', 5, 1, { entity: 'b' });
    feed.sample('temp', 5, 1, { labels: { sensor: '2' } });
    expect(counted(feed.effects)).toEqual({ accepted: 1, entity_limit: 1, series_limit: 1 });
  });

  it('forget an entity that sent nothing for forget_after of the source’s time', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1);
    for (let second = 15; second <= 605; second += 10) feed.sample('temp', second, 1, { entity: 'b' });
    const { forgotten } = takeCheckpoint(feed.state, feed.effects);
    expect(forgotten).toEqual([{ detector: 'hosts', entity: 'a' }]);
    expect(feed.state.detectors[0]?.entities.has('a')).toBe(false);
  });
});

describe('partitions', () => {
  it('that stall hold the watermark back, until they are idle', () => {
    const feed = new Feed();
    feed.input({ kind: 'assigned', partition: partitionId(0), nextOffset: 0 });
    feed.input({ kind: 'assigned', partition: partitionId(1), nextOffset: 0 });
    feed.sample('temp', 5, 1, { entity: 'quiet' });
    for (let second = 5; second <= 205; second += 10) feed.sample('temp', second, 1, { entity: 'b' });
    expect(feed.vectors('quiet')).toEqual([]);
    feed.sample('temp', 6, 7, { entity: 'quiet', partition: 1 });
    expect(counted(feed.effects)['late']).toBeUndefined();
    feed.input({ kind: 'idle', partition: partitionId(1), idle: true });
    expect(feed.vectors('quiet')).toEqual([['0', NaN, 7]]);
  });

  it('that wake do not bring the watermark back', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1, { entity: 'a', partition: 1 });
    feed.input({ kind: 'idle', partition: partitionId(1), idle: true });
    for (let second = 5; second <= 205; second += 10) feed.sample('temp', second, 1, { entity: 'b' });
    feed.sample('temp', 25, 1, { entity: 'a', partition: 1 });
    expect(counted(feed.effects)['late']).toBe(1);
    const mark = takeCheckpoint(feed.state, feed.effects).marks.find(({ partition }) => partition === 1);
    expect(mark).toMatchObject({ idle: false, watermarkMs: 205_000, lowOffset: 2, nextOffset: 2 });
  });

  it('are marked at the oldest record that an open step needs', () => {
    const feed = new Feed();
    [5, 15, 25, 35, 45].forEach((second) => feed.sample('temp', second, 1));
    const [mark] = takeCheckpoint(feed.state, feed.effects).marks;
    expect(feed.vectors().map(([label]) => label)).toEqual(['0', '1']);
    expect(mark).toMatchObject({ lowOffset: 2, nextOffset: 5 });
  });

  it('that were worked on before are skipped, so that a slice handed in twice counts once', () => {
    const feed = new Feed();
    const records = [
      {
        offset: 0,
        timeMs: 5000,
        samples: [{ metric: 'temp', labels: { instance: 'a' }, timeMs: 5000, value: 1 }],
      },
    ];
    const slice = { ...partitionId(0), firstOffset: 0, nextOffset: 1, records, deadLetters: [] };
    feed.input({ kind: 'records', slice }, { kind: 'records', slice });
    expect(counted(feed.effects)).toEqual({ accepted: 1 });
  });

  it('handed to another store take along the entities that had samples of them', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 1, { entity: 'stays' });
    feed.sample('temp', 5, 1, { entity: 'both', partition: 1 });
    feed.input({ kind: 'revoked', partition: partitionId(1) });
    expect(feed.state.detectors[0]?.entities.size).toBe(2);
    feed.input({ kind: 'dropped', partition: partitionId(1) });
    const { forgotten, marks } = takeCheckpoint(feed.state, feed.effects);
    expect(forgotten).toEqual([{ detector: 'hosts', entity: 'both' }]);
    expect(marks.map(({ partition }) => partition)).toEqual([0]);
    feed.input({ kind: 'assigned', partition: partitionId(1), nextOffset: 40 });
    expect(takeCheckpoint(feed.state, feed.effects).marks[1]).toMatchObject({
      lowOffset: 40,
      nextOffset: 40,
    });
  });

  it('taken away are left at their mark, and no half-built step of them is closed', () => {
    const feed = new Feed();
    [5, 15, 25, 35].forEach((second) => feed.sample('temp', second, 1, { entity: 'stays' }));
    [5, 15, 25, 35].forEach((second) => feed.sample('temp', second, 1, { entity: 'goes', partition: 1 }));
    feed.input({ kind: 'revoked', partition: partitionId(1) });
    expect(resumeOffset(feed.state, partitionId(1))).toBe(1);
    for (let second = 45; second <= 205; second += 10) feed.sample('temp', second, 1, { entity: 'stays' });
    expect(feed.vectors('goes').map(([label]) => label)).toEqual(['0']);
  });

  it('taken away and given back untouched replay their open steps', () => {
    const feed = new Feed(undefined, { offsets: [0, 0] });
    const partition = partitionId(1);
    [5, 15, 25, 35].forEach((second) => feed.sample('temp', second, second, { entity: 'a', partition: 1 }));
    const before = feed.inputs.slice(1);
    feed.input({ kind: 'revoked', partition });
    feed.input({ kind: 'assigned', partition, nextOffset: 1 }, ...before);
    [45, 55, 65].forEach((second) => feed.sample('temp', second, second, { partition: 1 }));
    expect(feed.vectors()).toEqual([0, 1, 2, 3].map((one) => [String(one), NaN, 10 * one + 5]));
    expect(counted(feed.effects)).toEqual({ accepted: 7, replayed: 3 });
  });

  it('that an operator reset drop what waits of them and go on where told', () => {
    const feed = new Feed();
    feed.sample('temp', 5, 9);
    feed.sample('temp', 6, 1, { partition: 1 });
    feed.input({ kind: 'reset', partition: partitionId(0), nextOffset: 1000 });
    expect(takeCheckpoint(feed.state, feed.effects).marks[0]).toMatchObject({
      lowOffset: 1000,
      nextOffset: 1000,
    });
    feed.sample('temp', 36, 1, { partition: 1 });
    expect(feed.vectors()).toEqual([['0', NaN, 1]]);
  });
});

describe('models', () => {
  it('come into effect after the newest closed step of the detector, which is reported', () => {
    const feed = new Feed([fakeSpec({ stepMs: 10_000, allowedLatenessMs: 0, absentAfterMs: 50_000 })]);
    feed.input({ kind: 'model', model: fakeModel('v1'), calibrations, effectiveStep: null });
    feed.sample('busy', 6, 0.1, { entity: 'slow' });
    [5, 15, 25].forEach((second) => feed.sample('busy', second, 0.1));
    const rollback = { from: 'v1', reason: 'by hand' };
    feed.input({ kind: 'model', model: fakeModel('v2'), calibrations, effectiveStep: null, rollback });
    expect(releaseModels(feed.state)).toEqual([]);
    [35, 45].forEach((second) => feed.sample('busy', second, 0.1));
    expect(feed.effects.activations).toEqual([
      { detector: 'hosts', version: 'v1', effectiveStep: 0 },
      { detector: 'hosts', version: 'v2', effectiveStep: 2, rollback },
    ]);
    const versions = feed.effects.steps.map(({ scored }) => scored?.modelVersion);
    expect(versions).toEqual(['v1', 'v1', 'v2', 'v2']);
    expect(releaseModels(feed.state)).toEqual([]);
    feed.sample('busy', 61, 0.1);
    feed.sample('busy', 71, 0.1);
    feed.sample('busy', 31, 0.1, { entity: 'slow' });
    expect(releaseModels(feed.state).map(({ version }) => version)).toEqual(['v1']);
  });

  it('score from their effective step on, not one step earlier', () => {
    const feed = new Feed([fakeSpec({ stepMs: 10_000, allowedLatenessMs: 0, absentAfterMs: 50_000 })]);
    feed.input({ kind: 'model', model: fakeModel('v1'), calibrations, effectiveStep: 0 });
    feed.input({ kind: 'model', model: fakeModel('v2'), calibrations, effectiveStep: 2 });
    [5, 15, 25, 35].forEach((second) => feed.sample('busy', second, 0.1));
    expect(feed.effects.steps.map(({ scored }) => scored?.modelVersion)).toEqual(['v1', 'v1', 'v2']);
  });

  it('see nothing of the future: what comes later changes no score', () => {
    fc.assert(
      fc.property(streamCase, fc.integer({ min: 1, max: 1e9 }), (stream, seed) => {
        const random = mulberry(seed);
        const start = beginning(stream.partitions.length, middleStep(stream));
        const records = interleave(stream, random);
        const early = records.slice(0, Math.floor(random() * records.length));
        const prefix = seen(step(pipeline(), [...start, ...early]));
        // One call sees it all, so that every step could see the batch around it.
        const whole = seen(step(pipeline(), [...start, ...records]));
        for (const [name, notes] of Object.entries(prefix)) {
          const all = whole[name] as string[];
          expect(name === 'deadLetters' ? all : all.slice(0, (notes as string[]).length)).toEqual(
            name === 'deadLetters' ? expect.arrayContaining(notes as string[]) : notes,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('score a long catch-up in one call as they score it live', () => {
    const [stream] = fc.sample(streamCase, { seed: 7, numRuns: 1 });
    if (stream === undefined) throw new Error('the generator gave nothing');
    const inputs = [...beginning(stream.partitions.length, 0), ...interleave(stream, mulberry(1))];
    const caughtUp = step(pipeline(), inputs);
    const state = pipeline();
    const live = cut(inputs, mulberry(2), 3).flatMap((batch) => step(state, batch).steps);
    expect(caughtUp.steps).toEqual(live);
  });
});
