import { describe, expect, it } from 'vitest';
import type { PartitionMark } from '../../src/core/records.ts';
import type { ClosedVector, Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { step } from '../../src/pipeline/step.ts';
import { resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { assignments, cut, interleave, partitionId, pipeline } from './drive.ts';
import { MemoryStore } from './memory-store.ts';
import { Feed } from './one-entity.ts';
import { mulberry } from './seeded.ts';
import { streamCase, type StreamCase } from './stream-case.ts';
import { fc } from '../support/properties.ts';

/** Vectors by entity and step, as text to the bit. */
function vectorsOf(effects: Effects): Map<string, string> {
  const text = ({ values, filled }: ClosedVector): string =>
    `${[...values].map(String).join(' ')}${filled ? ' filled' : ''}`;
  return new Map(effects.steps.map(({ vector }) => [`${vector.entity} ${vector.step}`, text(vector)]));
}

function marksOf(state: PipelineState): readonly PartitionMark[] {
  return takeCheckpoint(state, joinEffects([])).marks;
}

/** The partitions as another store takes them over. */
function takenOver(marks: readonly PartitionMark[]): PipelineInput[] {
  return marks.map(({ source, topic, partition, handOver }) => ({
    kind: 'assigned',
    partition: { source, topic, partition },
    nextOffset: handOver.offset,
    wholeFromMs: handOver.wholeFromMs,
  }));
}

/** One store after the other reads a part of the stream; each but the first knows only the marks of the one before. */
function handedOn(stream: StreamCase, seed: number): Effects[] {
  const random = mulberry(seed);
  let state = pipeline();
  let inputs: PipelineInput[] = [...assignments(stream.partitions.length), ...interleave(stream, random)];
  const parts: Effects[] = [];
  for (let owner = 0; owner < 3; owner++) {
    const share = owner === 2 ? inputs.length : Math.floor(random() * inputs.length);
    const batches = cut(inputs.slice(0, Math.max(share, stream.partitions.length)), random, 20);
    // In the middle it is killed, and goes on from its own store.
    const store = new MemoryStore();
    const effects = batches.map((batch, index) => {
      const made = step(state, batch);
      if (index <= batches.length / 2) store.apply(takeCheckpoint(state, made));
      return made;
    });
    if (owner === 1) {
      state = pipeline(store.restore());
      const from = stream.partitions.map((_, index) => resumeOffset(state, partitionId(index)) ?? 0);
      const ends = marksOfBatches(batches, stream.partitions.length);
      const rest = upTo(interleave(stream, random, from), ends);
      effects.splice(Math.floor(batches.length / 2) + 1);
      effects.push(step(state, [...assignments(stream.partitions.length), ...rest]));
    }
    parts.push(joinEffects(effects));
    const marks = marksOf(state);
    state = pipeline();
    const from = stream.partitions.map((_, index) => marks[index]?.handOver.offset ?? 0);
    inputs = [...takenOver(marks), ...interleave(stream, random, from)];
  }
  return parts;
}

/** Where the records of the batches end, by partition. */
function marksOfBatches(batches: readonly PipelineInput[][], partitions: number): number[] {
  const ends = Array.from({ length: partitions }, () => 0);
  for (const input of batches.flat()) {
    if (input.kind === 'records') ends[input.slice.partition] = input.slice.nextOffset;
  }
  return ends;
}

/** The inputs without the records from the given ends on. */
function upTo(inputs: readonly PipelineInput[], ends: readonly number[]): PipelineInput[] {
  return inputs.flatMap((input): PipelineInput[] => {
    if (input.kind !== 'records') return [input];
    const end = ends[input.slice.partition] ?? 0;
    const records = input.slice.records.filter(({ offset }) => offset < end);
    if (records.length === 0) return [];
    return [{ ...input, slice: { ...input.slice, records, nextOffset: (records.at(-1)?.offset ?? 0) + 1 } }];
  });
}

describe('partitions that go from store to store', () => {
  it('lose no step and get no other: together the owners give the vectors of an undisturbed run', () => {
    let first = 0;
    fc.assert(
      fc.property(streamCase, fc.integer({ min: 1, max: 1e9 }), (stream, seed) => {
        const inputs = [...assignments(stream.partitions.length), ...interleave(stream, mulberry(seed))];
        const whole = vectorsOf(step(pipeline(), inputs));
        const together = new Map<string, string>();
        for (const part of handedOn(stream, seed)) {
          const vectors = vectorsOf(part);
          for (const [key, vector] of vectors) {
            expect(`${key}: ${vector}`).toBe(`${key}: ${whole.get(key)}`);
            together.set(key, vector);
          }
          if (vectors.size > 0 && vectors.size < whole.size) first += 1;
        }
        expect([...together.keys()].sort()).toEqual([...whole.keys()].sort());
      }),
      { numRuns: 150 },
    );
    expect(first, 'owners with a part of the vectors').toBeGreaterThan(150);
  }, 60_000);

  it('are read from where the rates of the first step that is left have their values, and give out no older one', () => {
    const former = new Feed();
    former.input(...assignments(1));
    for (let second = 5; second < 300; second += 10) {
      former.sample('temp', second, second);
      former.sample('bytes_total', second, second * 100);
    }
    // Closed by the entity's clock up to 270 s - 20 s.
    const lastStep = Number(former.vectors().at(-1)?.[0]);
    const [mark] = marksOf(former.state);
    expect(mark?.handOver.wholeFromMs).toBe((lastStep + 1) * 10_000);
    // 100 s of values carried over and four steps.
    expect(mark?.handOver.offset).toBe(2 * (lastStep + 1 - 14));
    expect(mark?.lowOffset).toBe(2 * (lastStep + 1));
  });

  it('count an open step for all partitions of a source whose entities lie in several', () => {
    const former = new Feed();
    former.input(...assignments(2));
    for (let second = 5; second < 100; second += 10) {
      former.sample('temp', second, second, { entity: 'spread', partition: 0 });
      former.sample('bytes_total', second, second * 100, { entity: 'spread', partition: 1 });
    }
    // Its first step, still open; the next sample of it may come in partition 0.
    former.sample('temp', 65, 1, { entity: 'new', partition: 1, recordSecond: 95 });
    const [first, second] = marksOf(former.state).map(({ handOver }) => handOver.wholeFromMs);
    expect(second).toBeLessThanOrEqual(60_000);
    expect(first).toBe(second);
  });
});
