import type { PublishedPartition } from './messages.ts';

/** A source's event time: of its slowest partition that is not idle; if all are, of the newest. Sources without any are left out. */
export function watermarksOf(partitions: readonly PublishedPartition[]): Map<string, number> {
  const slowest = new Map<string, number>();
  const newest = new Map<string, number>();
  for (const { source, watermarkMs, idle } of partitions) {
    if (!Number.isFinite(watermarkMs)) continue;
    newest.set(source, Math.max(newest.get(source) ?? -Infinity, watermarkMs));
    if (!idle) slowest.set(source, Math.min(slowest.get(source) ?? Infinity, watermarkMs));
  }
  return new Map([...newest, ...slowest]);
}
