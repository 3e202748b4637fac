import { describe, expect, it } from 'vitest';
import type { FeatureSpec } from '../../src/core/detector.ts';
import { entityBytes, readEntityBytes } from '../../src/pipeline/entity-bytes.ts';
import { newEntity, type Entity } from '../../src/pipeline/entity.ts';
import { STILL_BYTES } from '../../src/pipeline/rules/still-memory.ts';
import type { TrackPlace } from '../../src/pipeline/series/entity-series.ts';
import type { Track } from '../../src/pipeline/series/track.ts';
import { smallSpec } from './one-entity.ts';

const [bytesFeature, tempFeature] = smallSpec.features;
if (bytesFeature === undefined || tempFeature === undefined) throw new Error('the detector has two features');

const histogramFeatures: [FeatureSpec, FeatureSpec] = [
  { name: 'mean', metric: 'seconds', where: [], as: 'mean', aggregate: 'sum', unit: 's' },
  { name: 'p99', metric: 'seconds', where: [], as: 'quantile', quantile: 0.99, aggregate: 'sum', unit: 's' },
];

function remembered(): Entity {
  const entity = newEntity(smallSpec, 'a', { instance: 'a' });
  entity.cohort = 'db';
  const track = trackOf(entity, { feature: 1, hash: 'fedcba9876543210', part: 0 });
  track.restore({ lastTimeMs: 1_700_000_000_001, lastRaw: 0.1 + 0.2, value: NaN });
  return entity;
}

function trackOf(entity: Entity, place: TrackPlace): Track {
  const track = entity.series.track(place, { seriesPerEntity: 10, bucketsPerHistogram: 10 });
  if (typeof track === 'string') throw new Error(track);
  return track;
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
  entity.series.visitTracks(({ feature, hash, part, lastTimeMs, lastRaw, value }) => {
    tracks.push({ feature, hash, part, lastTimeMs, lastRaw, value });
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

  it('bring back the parts of a histogram, and forget them where the feature is made otherwise now', () => {
    const [mean, p99] = histogramFeatures;
    const spec = { ...smallSpec, features: [mean, p99, tempFeature] };
    const before = newEntity(spec, 'a', {});
    const hash = 'fedcba9876543210';
    const places = [
      { feature: 0, hash, part: 0 },
      { feature: 0, hash, part: 1 },
      { feature: 1, hash, part: 0.1 + 0.2 },
      { feature: 1, hash, part: Infinity },
      { feature: 2, hash, part: 0 },
    ];
    places.forEach((place, at) =>
      trackOf(before, place).restore({
        lastTimeMs: 1000 + at,
        lastRaw: at === 3 ? NaN : at / 3,
        value: 0.1 * at,
      }),
    );
    const bytes = entityBytes(spec, before);
    const after = newEntity(spec, 'a', {});
    expect(readEntityBytes(spec, after, bytes)).toBe(true);
    expect(tracksOf(after)).toEqual(tracksOf(before));
    const otherwise = {
      ...spec,
      features: [{ ...mean, as: 'rate' as const }, { ...p99, quantile: 0.5 }, tempFeature],
    };
    const rest = newEntity(otherwise, 'a', {});
    readEntityBytes(otherwise, rest, bytes);
    expect(tracksOf(rest)).toEqual(tracksOf(before).slice(2));
    const renamed = { ...spec, features: [{ ...p99, name: mean.name }] };
    const none = newEntity(renamed, 'a', {});
    readEntityBytes(renamed, none, bytes);
    expect(tracksOf(none)).toEqual([]);
  });

  it('without histograms are those of a version that knew none', () => {
    const bytes = entityBytes(smallSpec, remembered());
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    expect(header).toMatchObject({ format: 1 });
    expect(header).not.toHaveProperty('parts');
    expect(bytes.length).toBe(4 + length + smallSpec.features.length * STILL_BYTES + 34);
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
