import { describe, expect, it } from 'vitest';
import { AwaitedPartitions } from '../../../src/ingest/kafka/awaited-partitions.ts';

const TOPICS = new Set(['metrics']);
const idOf = (partition: number) => ({ source: 'node', topic: 'metrics', partition });
const keys = (...partitions: number[]): Set<string> => new Set(partitions.map((one) => `metrics/${one}`));
const marked = (partition: number, owner: string | null) =>
  [`metrics/${partition}`, { mark: { offset: 5, owner }, low: 0, high: 9 }] as const;

/** Four partitions of store `own`, awaited for 30 s. */
function awaited() {
  const clock = { nowMs: 0 };
  const partitions = [0, 1, 2, 3].map(idOf);
  const one = new AwaitedPartitions({ storeId: 'own', partitions }, 30_000, () => clock.nowMs);
  const missing = (): number[] => one.missing().map(({ partition }) => partition);
  return { one, clock, missing };
}

describe('partitions that the store has read before', () => {
  it('are awaited until they have their positions, not only until they are assigned', () => {
    const { one, missing } = awaited();
    one.joined(keys(0, 1), TOPICS);
    expect(missing()).toEqual([0, 1, 2, 3]);
    one.came(keys(0, 1));
    expect(missing()).toEqual([2, 3]);
    one.joined(keys(0, 1, 2, 3), TOPICS);
    expect(missing()).toEqual([2, 3]);
    one.came(keys(0, 1, 2, 3));
    expect(missing()).toEqual([]);
  });

  it('are awaited again when the next assignment has others', () => {
    const { one, missing } = awaited();
    one.joined(keys(0, 1), TOPICS);
    one.came(keys(0, 1));
    one.joined(keys(2, 3), TOPICS);
    one.came(keys(2, 3));
    expect(missing()).toEqual([0, 1]);
  });

  it('are another’s once its mark is there; our own and an operator’s say nothing of that', () => {
    const { one, missing } = awaited();
    one.joined(keys(0), TOPICS);
    one.came(keys(0));
    one.told(new Map([marked(1, 'own:7'), marked(2, 'other:1'), marked(3, null)]));
    expect(missing()).toEqual([1, 3]);
  });

  it('are awaited so long and no longer, counted from the first assignment', () => {
    const { one, clock, missing } = awaited();
    clock.nowMs = 100_000;
    expect(missing()).toHaveLength(4);
    one.joined(keys(0), TOPICS);
    one.came(keys(0));
    clock.nowMs = 129_999;
    one.joined(keys(0), TOPICS);
    expect(missing()).toEqual([1, 2, 3]);
    expect(one.overdue()).toEqual([]);
    clock.nowMs = 130_000;
    expect(missing()).toEqual([]);
    expect(one.overdue().map(({ partition }) => partition)).toEqual([1, 2, 3]);
  });

  it('are not awaited of a topic that is not there any more', () => {
    const { one, missing } = awaited();
    one.joined(keys(0), new Set(['other']));
    expect(missing()).toEqual([]);
  });
});
