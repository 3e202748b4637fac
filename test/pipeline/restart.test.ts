import { describe, expect, it } from 'vitest';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { step } from '../../src/pipeline/step.ts';
import { resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import {
  assignments,
  beginning,
  counted,
  cut,
  interleave,
  NOTHING,
  partitionId,
  pipeline,
  seen,
} from './drive.ts';
import { MemoryStore } from './memory-store.ts';
import { Feed, smallSpec } from './one-entity.ts';
import { mulberry } from './seeded.ts';
import { middleStep, streamCase, type StreamCase } from './stream-case.ts';
import { testMark } from '../support/partition-mark.ts';
import { fc } from '../support/properties.ts';

function undisturbed(stream: StreamCase, seed: number) {
  const inputs = [
    ...beginning(stream.partitions.length, middleStep(stream)),
    ...interleave(stream, mulberry(seed)),
  ];
  return step(pipeline(), inputs);
}

/** Runs a stream with crashes at random places between and after checkpoints. */
function crashing(stream: StreamCase, seed: number) {
  const random = mulberry(seed);
  const store = new MemoryStore();
  let state: PipelineState = pipeline();
  let inputs = [...beginning(stream.partitions.length, middleStep(stream)), ...interleave(stream, random)];
  let openSteps = 0;
  let replayed = 0;
  for (let life = 0; life < 4; life++) {
    const batches = cut(inputs, random, 30);
    const committed = life === 3 ? batches.length : Math.floor(random() * batches.length);
    // A checkpoint joins several batches; what follows the last one is lost.
    for (const batch of cut(batches.slice(0, committed).flat(), random, 60)) {
      const effects = cut(batch, random, 5).map((part) => step(state, part));
      store.apply(takeCheckpoint(state, joinEffects(effects)));
    }
    if (life === 3) break;
    for (const batch of batches.slice(committed, committed + 3)) step(state, batch);
    const restored = store.restore();
    state = pipeline(restored);
    // So early that the models are not activated yet: everything comes again.
    if (restored.activations.length < 2) continue;
    openSteps += restored.marks.filter((mark) => mark.lowOffset < mark.nextOffset).length;
    const from = stream.partitions.map((_, index) => resumeOffset(state, partitionId(index)) ?? 0);
    replayed += restored.marks.reduce((sum, mark) => sum + mark.nextOffset - mark.lowOffset, 0);
    inputs = [...assignments(stream.partitions.length), ...interleave(stream, random, from)];
  }
  return { effects: store.effects, openSteps, replayed };
}

describe('a restart', () => {
  it('from any checkpoint gives the vectors, scores and transitions of an undisturbed run', () => {
    let cases = 0;
    let withOpenSteps = 0;
    fc.assert(
      fc.property(streamCase, fc.integer({ min: 1, max: 1e9 }), (stream, seed) => {
        const whole = undisturbed(stream, seed);
        const { effects, openSteps } = crashing(stream, seed + 1);
        expect(seen(effects)).toEqual(seen(whole));
        const { replayed, ...counts } = counted(effects);
        expect(counts).toEqual(counted(whole));
        cases += 1;
        if (openSteps > 0 && (replayed ?? 0) > 0) withOpenSteps += 1;
      }),
      { numRuns: 100 },
    );
    console.log(`restart: ${cases} cases, with open steps at a crash ${withOpenSteps}`);
    expect(withOpenSteps / cases).toBeGreaterThanOrEqual(0.5);
  });

  it('waits for the replay of all partitions before anything new', () => {
    const store = new MemoryStore();
    const before = new Feed();
    before.input(...assignments(2));
    before.sample('temp', 5, 7);
    before.sample('temp', 6, 1, { partition: 1 });
    before.sample('temp', 16, 1, { partition: 1 });
    store.apply(takeCheckpoint(before.state, before.effects));

    const after = new Feed([smallSpec], { restored: store.restore(), offsets: [0, 2] });
    after.input(...assignments(2));
    after.sample('temp', 66, 1, { partition: 1 });
    expect(after.vectors()).toEqual([]);
    after.sample('temp', 5, 7);
    expect(after.vectors().slice(0, 1)).toEqual([['0', NaN, 7]]);
    expect(counted(after.effects)).toMatchObject({ replayed: 1, accepted: 1 });
  });

  it('keeps closed what the watermark had closed, of silent entities too', () => {
    const store = new MemoryStore();
    const before = new Feed();
    before.input(...assignments(1));
    before.sample('temp', 5, 1, { entity: 'silent' });
    for (let second = 5; second <= 205; second += 10) before.sample('temp', second, 1);
    store.apply(takeCheckpoint(before.state, before.effects));
    const restored = store.restore();

    const after = new Feed([smallSpec], { restored, offsets: [restored.marks[0]?.nextOffset ?? 0] });
    after.input(...assignments(1), { kind: 'idle', partition: partitionId(0), idle: true });
    after.sample('temp', 25, 1, { entity: 'silent' });
    expect(counted(after.effects)).toEqual({ late: 1 });
  });

  it('does not wait for a partition that another reads now', () => {
    const store = new MemoryStore();
    const before = new Feed();
    before.input(...assignments(2));
    before.sample('temp', 5, 7);
    before.sample('temp', 6, 1, { partition: 1 });
    store.apply(takeCheckpoint(before.state, before.effects));

    const after = new Feed([smallSpec], { restored: store.restore(), offsets: [0, 0] });
    after.input({ kind: 'assigned', partition: partitionId(1), nextOffset: 0 });
    after.sample('temp', 6, 1, { partition: 1 });
    after.sample('temp', 96, 1, { partition: 1 });
    expect(after.vectors()).toEqual([['0', NaN, 1]]);
    const { marks } = takeCheckpoint(after.state, after.effects);
    expect(marks.map(({ partition, idle }) => [partition, idle])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  it('gives up the replay of a partition whose log has ended, and of all when too much is held back', () => {
    const mark = testMark(partitionId(0), { nextOffset: 9 });
    const restored = { ...NOTHING, marks: [mark, { ...mark, partition: 1, nextOffset: 0 }] };
    const idle = new Feed([smallSpec], { restored });
    idle.input(...assignments(2));
    [5, 15, 45].forEach((second) => idle.sample('temp', second, 1, { partition: 1 }));
    expect(idle.vectors()).toEqual([]);
    idle.input({ kind: 'idle', partition: partitionId(0), idle: true });
    expect(idle.vectors().map(([label]) => label)).toEqual(['0', '1']);

    const full = new Feed([smallSpec], { restored, limits: { samplesHeldBack: 3 } });
    full.input(...assignments(2));
    [5, 15, 45].forEach((second) => full.sample('temp', second, 1, { partition: 1 }));
    expect(full.vectors().map(([label]) => label)).toEqual(['0', '1']);
  });
});
