import type { DetectorSpec, FeatureSpec } from '../core/detector.ts';
import { isOfHistogram } from '../core/is-of-histogram.ts';
import type { GateState } from './alerts/gate-state.ts';
import type { Entity } from './entity.ts';
import type { LevelMemory } from './scoring/normals/level-memory.ts';
import type { RulesHeader } from './rules/entity-rules.ts';
import { STILL_BYTES } from './rules/still-memory.ts';
import type { EntityNormals } from './scoring/normals/normal.ts';
import { WHOLE } from './series/histogram-part.ts';
import type { Track } from './series/track.ts';

/** The one without histograms is that of versions that knew none. */
const [FORMAT, FORMAT_WITH_HISTOGRAMS] = [1, 2];
/** Feature, hash (two halves), time, raw value, derived value. */
const TRACK_BYTES = 2 + 8 + 3 * 8;
/** Of a histogram's part: which one. */
const PART_BYTES = 8;

interface Header {
  readonly format: number;
  readonly stepMs: number;
  readonly features: readonly string[];
  /** What is made of the parts of each feature, `null`: it has none; absent where none has. */
  readonly parts?: readonly (FeatureSpec['as'] | null)[];
  readonly cohort: string;
  readonly gate: GateState;
  /** Absent in states of earlier versions. */
  readonly level?: LevelMemory | null;
  readonly normals?: EntityNormals | null;
  readonly rules?: RulesHeader;
}

/**
 * An entity's memory as bytes: the length of a JSON header (cohort, gate, rules), the header, with rules a block of fixed size for each
 * feature, then one for each track, longer by its part where that is of a histogram, little-endian. Doubles are kept whole, so that rates
 * go on to the bit.
 */
export function entityBytes(spec: DetectorSpec, entity: Entity): Uint8Array {
  const { still, ...rules } = entity.rules;
  const hasHistograms = spec.features.some(isOfHistogram);
  const header: Header = {
    format: hasHistograms ? FORMAT_WITH_HISTOGRAMS : FORMAT,
    stepMs: spec.stepMs,
    features: spec.features.map(({ name }) => name),
    ...(hasHistograms && { parts: spec.features.map(partedAs) }),
    cohort: entity.cohort,
    gate: entity.gate,
    level: entity.level,
    normals: entity.normals,
    rules,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const tracks: Track[] = [];
  let parts = 0;
  entity.series.visitTracks((track) => {
    if (!(track.lastTimeMs > -Infinity)) return;
    tracks.push(track);
    if (isPart(spec, track)) parts += 1;
  });
  const stillBytes = still.toBytes();
  const tracksAt = 4 + text.length + stillBytes.length;
  const bytes = new Uint8Array(tracksAt + tracks.length * TRACK_BYTES + parts * PART_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(stillBytes, 4 + text.length);
  let at = tracksAt;
  for (const track of tracks) {
    view.setUint16(at, track.feature, true);
    view.setUint32(at + 2, Number.parseInt(track.hash.slice(0, 8), 16), true);
    view.setUint32(at + 6, Number.parseInt(track.hash.slice(8), 16), true);
    view.setFloat64(at + 10, track.lastTimeMs, true);
    view.setFloat64(at + 18, track.lastRaw, true);
    view.setFloat64(at + 26, track.value, true);
    at += TRACK_BYTES;
    if (!isPart(spec, track)) continue;
    view.setFloat64(at, track.part, true);
    at += PART_BYTES;
  }
  return bytes;
}

/**
 * Gives an entity its memory back. Features are found by name, so that a config may add some. False if the bytes were
 * written with another step length, whose step numbers mean nothing here. Throws an Error on an unknown format.
 */
export function readEntityBytes(spec: DetectorSpec, entity: Entity, bytes: Uint8Array): boolean {
  const { header, length } = headerOf(bytes);
  if (header.format !== FORMAT && header.format !== FORMAT_WITH_HISTOGRAMS) {
    throw new Error(
      `The state of ${spec.name} / ${entity.key} has format ${header.format}, this version reads up to ${FORMAT_WITH_HISTOGRAMS}: ` +
        'run the version that wrote the store, or start with an empty one.',
    );
  }
  if (header.stepMs !== spec.stepMs) return false;
  entity.cohort = header.cohort;
  entity.gate = header.gate;
  // Its features are in the order of the list that it was written with.
  entity.level = isSameList(spec, header.features) ? (header.level ?? null) : null;
  entity.normals = header.normals ?? null;
  const columns = header.features.map((name) => spec.features.findIndex((feature) => feature.name === name));
  const tracksAt = 4 + length + readRules(entity, { header, columns, bytes: bytes.subarray(4 + length) });
  readTracks(spec, entity, { header, columns, bytes: bytes.subarray(tracksAt) });
  return true;
}

interface WrittenColumns {
  readonly header: Header;
  /** Where each of the header's features is now, -1: nowhere. */
  readonly columns: readonly number[];
  readonly bytes: Uint8Array;
}

function readTracks(spec: DetectorSpec, entity: Entity, { header, columns, bytes }: WrittenColumns): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const from = at;
    const written = view.getUint16(from, true);
    const parted = header.parts?.[written] ?? null;
    at += TRACK_BYTES + (parted === null ? 0 : PART_BYTES);
    const feature = columns[written] ?? -1;
    const now = spec.features[feature];
    // A histogram's parts mean nothing to a feature that is made otherwise now.
    if (now === undefined || parted !== partedAs(now)) continue;
    const hash = hex(view.getUint32(from + 2, true)) + hex(view.getUint32(from + 6, true));
    const part = parted === null ? WHOLE : view.getFloat64(from + TRACK_BYTES, true);
    const track = entity.series.track({ feature, hash, part }, NO_LIMITS);
    if (typeof track === 'string') continue;
    track.restore({
      lastTimeMs: view.getFloat64(from + 10, true),
      lastRaw: view.getFloat64(from + 18, true),
      value: view.getFloat64(from + 26, true),
    });
  }
}

const NO_LIMITS = { seriesPerEntity: Infinity, bucketsPerHistogram: Infinity };

function isPart({ features }: DetectorSpec, { feature }: Track): boolean {
  return isOfHistogram(features[feature] as FeatureSpec);
}

function partedAs(feature: FeatureSpec): FeatureSpec['as'] | null {
  return isOfHistogram(feature) ? feature.as : null;
}

/** Gives an entity what the rules know of it, and answers how many bytes that took: none in states of earlier versions. */
function readRules({ rules }: Entity, { header, columns, bytes }: WrittenColumns): number {
  if (header.rules === undefined) return 0;
  Object.assign(rules, header.rules);
  columns.forEach((column, index) => {
    const at = index * STILL_BYTES;
    if (column !== -1) rules.still.readFeature(column, bytes.subarray(at, at + STILL_BYTES));
  });
  return columns.length * STILL_BYTES;
}

/** The levels that an entity's bytes know, without the rest; `null` if only the model's own is, or another version or step length wrote them. */
export function normalsInBytes({ stepMs }: DetectorSpec, bytes: Uint8Array): EntityNormals | null {
  const { header } = headerOf(bytes);
  return header.format <= FORMAT_WITH_HISTOGRAMS && header.stepMs === stepMs
    ? (header.normals ?? null)
    : null;
}

function headerOf(bytes: Uint8Array): { readonly header: Header; readonly length: number } {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Header;
  return { header, length };
}

function isSameList({ features }: DetectorSpec, names: readonly string[]): boolean {
  return features.length === names.length && features.every(({ name }, index) => name === names[index]);
}

function hex(lane: number): string {
  return lane.toString(16).padStart(8, '0');
}
