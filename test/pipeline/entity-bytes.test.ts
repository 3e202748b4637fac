import { describe, expect, it } from 'vitest';
import { entityBytes, readEntityBytes } from '../../src/pipeline/entity-bytes.ts';
import { newEntity, type Entity } from '../../src/pipeline/entity.ts';
import { STILL_BYTES } from '../../src/pipeline/rules/still-memory.ts';
import type { Track } from '../../src/pipeline/series/track.ts';
import { smallSpec } from './one-entity.ts';

const [bytesFeature, tempFeature] = smallSpec.features;
if (bytesFeature === undefined || tempFeature === undefined) throw new Error('the detector has two features');

function remembered(): Entity {
  const entity = newEntity(smallSpec, 'a', { instance: 'a' });
  entity.cohort = 'db';
  const track = entity.series.track(1, 'fedcba9876543210', 10);
  if (track === null) throw new Error('no track');
  track.restore({ lastTimeMs: 1_700_000_000_001, lastRaw: 0.1 + 0.2, value: NaN });
  return entity;
}

/** As a version without rules wrote them: no `rules` in the header, and no blocks of features. */
function withoutRules(bytes: Uint8Array): Uint8Array {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as { rules?: unknown };
  delete header.rules;
  const text = new TextEncoder().encode(JSON.stringify(header));
  const tracks = bytes.subarray(4 + length + smallSpec.features.length * STILL_BYTES);
  const old = new Uint8Array(4 + text.length + tracks.length);
  new DataView(old.buffer).setUint32(0, text.length, true);
  old.set(text, 4);
  old.set(tracks, 4 + text.length);
  return old;
}

function tracksOf(entity: Entity): Partial<Track>[] {
  const tracks: Partial<Track>[] = [];
  entity.series.visitTracks(({ feature, hash, lastTimeMs, lastRaw, value }) => {
    tracks.push({ feature, hash, lastTimeMs, lastRaw, value });
  });
  return tracks;
}

describe('entity bytes', () => {
  it('bring back every double, the cohort and the gate', () => {
    const before = remembered();
    const after = newEntity(smallSpec, 'a', { instance: 'a' });
    expect(readEntityBytes(smallSpec, after, entityBytes(smallSpec, before))).toBe(true);
    expect(tracksOf(after)).toEqual(tracksOf(before));
    expect([after.cohort, after.gate]).toEqual(['db', before.gate]);
  });

  it('bring back what the rules know, and know nothing of it in a state of an earlier version', () => {
    const before = remembered();
    Object.assign(before.rules, { seenFromStep: 3, lastStep: 9, silentFromStep: 12 });
    const heard = Uint8Array.of(1, 1);
    for (const [at, temp] of [4, 5, 5].entries()) {
      before.rules.still.advance(at, Float64Array.of(7, temp), heard, 1000);
    }
    const after = newEntity(smallSpec, 'a', { instance: 'a' });
    const bytes = entityBytes(smallSpec, before);
    readEntityBytes(smallSpec, after, bytes);
    expect({ ...after.rules, still: after.rules.still.toBytes() }).toEqual({
      ...before.rules,
      still: before.rules.still.toBytes(),
    });
    const old = newEntity(smallSpec, 'a', { instance: 'a' });
    expect(readEntityBytes(smallSpec, old, withoutRules(bytes))).toBe(true);
    expect(old.rules).toMatchObject({ seenFromStep: null, absence: null });
    expect(tracksOf(old)).toEqual(tracksOf(before));
  });

  it('find features by name, so that a config may add and remove some', () => {
    const changed = {
      ...smallSpec,
      features: [{ ...bytesFeature, name: 'added' }, bytesFeature, tempFeature],
    };
    const after = newEntity(changed, 'a', { instance: 'a' });
    readEntityBytes(changed, after, entityBytes(smallSpec, remembered()));
    expect(tracksOf(after).map(({ feature }) => feature)).toEqual([2]);
    const without = { ...smallSpec, features: [bytesFeature] };
    const rest = newEntity(without, 'a', { instance: 'a' });
    readEntityBytes(without, rest, entityBytes(smallSpec, remembered()));
    expect(tracksOf(rest)).toEqual([]);
  });

  it('are of no use with another step length', () => {
    const other = { ...smallSpec, stepMs: 60_000 };
    expect(readEntityBytes(other, newEntity(other, 'a', {}), entityBytes(smallSpec, remembered()))).toBe(
      false,
    );
  });

  it('of a format of the future are refused by name', () => {
    const text = new TextEncoder().encode(JSON.stringify({ format: 99 }));
    const bytes = new Uint8Array(4 + text.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 4);
    expect(() => readEntityBytes(smallSpec, newEntity(smallSpec, 'a', {}), bytes)).toThrow(
      /hosts \/ a has format 99/,
    );
  });
});
