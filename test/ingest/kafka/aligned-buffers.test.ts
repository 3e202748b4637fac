import { expect, test } from 'vitest';
import type { RawRecord } from '../../../src/core/records.ts';
import { AlignedBuffers } from '../../../src/ingest/kafka/aligned-buffers.ts';
import { fc } from '../../support/properties.ts';

const WITHIN_MS = 10;
const idOf = (partition: number) => ({ source: 'node', topic: 'metrics', partition });
const keyOf = (partition: number) => `metrics/${partition}`;
const record = (offset: number, timeMs: number): RawRecord => ({ offset, timeMs, key: null, value: null });

const buffersOf = (partitions: number, maxSliceRecords = 100): AlignedBuffers => {
  const buffers = new AlignedBuffers(() => WITHIN_MS, maxSliceRecords);
  for (let partition = 0; partition < partitions; partition++)
    buffers.open(keyOf(partition), idOf(partition), 0);
  return buffers;
};

const add = (buffers: AlignedBuffers, partition: number, times: readonly number[], firstOffset = 0): void => {
  const records = times.map((timeMs, i) => record(firstOffset + i, timeMs));
  const nextOffset = firstOffset + times.length;
  buffers.add(keyOf(partition), { records, nextOffset, highWatermark: 1_000, lostFrom: null });
};

const drain = (buffers: AlignedBuffers): [number, number[]][] => {
  const taken: [number, number[]][] = [];
  for (let slice = buffers.take(); slice !== null; slice = buffers.take()) {
    taken.push([slice.batch.partition, slice.batch.records.map(({ timeMs }) => timeMs)]);
  }
  return taken;
};

test('holds a partition back that is ahead of a slower one by more than the bound', () => {
  const buffers = buffersOf(2);
  add(buffers, 0, [0, 5]);
  add(buffers, 1, [12, 15, 16, 100]);
  expect(drain(buffers)).toEqual([
    [0, [0, 5]],
    [1, [12, 15]],
  ]);
  add(buffers, 0, [200], 2);
  expect(drain(buffers)).toEqual([
    [1, [16]],
    [1, [100]],
  ]);
});

test('hands nothing on while a partition is silent, until that one is idle', () => {
  const buffers = buffersOf(2);
  add(buffers, 0, [0]);
  expect(buffers.take()).toBeNull();
  buffers.setIdle(keyOf(1), true);
  expect(drain(buffers)).toEqual([[0, [0]]]);
});

test('waits for nobody when no bound is set', () => {
  const buffers = new AlignedBuffers(() => Infinity, 100);
  for (const partition of [0, 1]) buffers.open(keyOf(partition), idOf(partition), 0);
  add(buffers, 0, [0, 900]);
  expect(drain(buffers)).toEqual([[0, [0, 900]]]);
});

test('does not wait for the partitions of other sources', () => {
  const buffers = buffersOf(1);
  buffers.open('other/0', { source: 'other', topic: 'other', partition: 0 }, 0);
  add(buffers, 0, [0]);
  expect(drain(buffers)).toEqual([[0, [0]]]);
});

test('cuts big chunks into slices whose offsets join without gaps', () => {
  const buffers = buffersOf(1, 2);
  const records = [record(3, 0), record(5, 0), record(6, 0)];
  buffers.open(keyOf(0), idOf(0), 2);
  buffers.add(keyOf(0), { records, nextOffset: 9, highWatermark: 9, lostFrom: null });
  const first = buffers.take()?.batch;
  const second = buffers.take()?.batch;
  expect([first?.firstOffset, first?.nextOffset, second?.firstOffset, second?.nextOffset]).toEqual([
    2, 6, 6, 9,
  ]);
  expect(buffers.isEmpty(keyOf(0))).toBe(true);
  expect(buffers.bytes(keyOf(0))).toBe(0);
});

test('keeps the news of a jump in its place between the records', () => {
  const buffers = buffersOf(1);
  add(buffers, 0, [1]);
  buffers.add(keyOf(0), { records: [], nextOffset: 7, highWatermark: 9, lostFrom: 1 });
  add(buffers, 0, [2], 7);
  const slices = [buffers.take(), buffers.take(), buffers.take()];
  expect(slices.map((slice) => [slice?.lostFrom, slice?.batch.records.length])).toEqual([
    [null, 1],
    [1, 0],
    [null, 1],
  ]);
});

/* Times that rise with some disorder, as producers write them. */
const partitionTimes = fc
  .array(fc.tuple(fc.nat(8), fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 40 })
  .map((steps) => {
    let now = 0;
    return steps.map(([step, jitter]) => (now += step) + jitter);
  });

test('gives each record once and in order, and none further ahead than the bound, for any chunks', () => {
  const inputs = fc.record({
    partitions: fc.array(partitionTimes, { minLength: 1, maxLength: 4 }),
    order: fc.array(fc.nat(3), { maxLength: 60 }),
    chunk: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(inputs, ({ partitions, order, chunk }) => {
      const buffers = buffersOf(partitions.length, 5);
      const fed = partitions.map(() => 0);
      const seen: number[][] = partitions.map(() => []);
      const take = (): void => {
        for (let slice = buffers.take(); slice !== null; slice = buffers.take()) {
          const { partition, records } = slice.batch;
          for (const { offset, timeMs } of records) {
            seen[partition]?.push(offset);
            for (const [other, times] of partitions.entries()) {
              const unseen = times.slice(seen[other]?.length ?? 0);
              const isHeldBack = unseen.length > 0 && timeMs > Math.max(...times) + WITHIN_MS;
              expect(isHeldBack).toBe(false);
            }
          }
        }
      };
      const feed = (partition: number): void => {
        const start = fed[partition] ?? 0;
        const times = partitions[partition]?.slice(start, start + chunk) ?? [];
        if (times.length > 0) add(buffers, partition, times, start);
        fed[partition] = start + times.length;
        if (fed[partition] === partitions[partition]?.length) return;
        take();
      };
      for (const partition of order) if (partition < partitions.length) feed(partition);
      for (const [partition, times] of partitions.entries()) {
        while ((fed[partition] ?? 0) < times.length) feed(partition);
      }
      for (const partition of partitions.keys()) {
        take();
        if (buffers.isEmpty(keyOf(partition))) buffers.setIdle(keyOf(partition), true);
      }
      for (let round = 0; round < partitions.length; round++) {
        take();
        for (const partition of partitions.keys()) {
          if (buffers.isEmpty(keyOf(partition))) buffers.setIdle(keyOf(partition), true);
        }
      }
      expect(seen).toEqual(partitions.map((times) => times.map((_, i) => i)));
    }),
  );
});
