import type { Labels } from '../../core/sample.ts';

/** The one text of a series, whatever order its labels came in. */
export function canonicalSeriesKey(metric: string, labels: Labels): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify([metric, ...names.flatMap((name) => [name, labels[name]])]);
}

/**
 * Eight bytes of hash as 16 hex digits: two 32-bit lanes of multiply-and-xorshift (the mixing of MurmurHash3, whose
 * finaliser ends it). It is written to the store, so it never changes; within one entity's few thousand series a
 * collision has odds of some 1e-13.
 */
export function seriesHash(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ unit, 1597334677);
    low = (low << 15) | (low >>> 17);
  }
  const mixedHigh = finalise(high ^ text.length ^ Math.imul(low, 3266489909));
  const mixedLow = finalise(low ^ Math.imul(mixedHigh, 2246822507));
  return hex(mixedHigh) + hex(mixedLow);
}

function finalise(lane: number): number {
  let mixed = lane;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(lane: number): string {
  return lane.toString(16).padStart(8, '0');
}
