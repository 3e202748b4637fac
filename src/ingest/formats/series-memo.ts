import type { Labels } from '../../core/sample.ts';
import type { DecodeLimits } from './sample-format.ts';
import { TextPool } from './text-pool.ts';

/** A series that passed all checks. The labels are its own: no other series has the same object. */
export interface KnownSeries {
  readonly metric: string;
  readonly labels: Labels;
}

/** A known series, and where its bytes lie: so many, from word `from` of `chunk` on. */
interface Slot {
  readonly chunk: Int32Array;
  readonly from: number;
  readonly bytes: number;
  readonly series: KnownSeries;
}

/** Series named by more bytes are read anew each time. */
const LONGEST_BYTES = 4096;
const CHUNK_WORDS = 65_536;
/** A generation is over when it has so many series, or so many words of their bytes. */
const MOST_SERIES = 500_000;
const MOST_WORDS = 33_554_432;

/**
 * Series by the bytes that named them, so that texts are made and checked once and not with every sample. It answers what
 * reading the bytes again would. Bounded by two generations, as a cheap stand-in for dropping the least recently used; of
 * two series with one hash the later has the place.
 */
export class SeriesMemo {
  readonly #mostSeries: number;
  #young = new Map<number, Slot>();
  #old = new Map<number, Slot>();
  #chunk = new Int32Array(0);
  #used = 0;
  #words = 0;
  readonly #texts = new TextPool();
  #limits: DecodeLimits | null = null;
  /* What was looked for last: its bytes as little-endian words, the last one filled up with zeros. */
  readonly #sought = new Int32Array(LONGEST_BYTES / 4);
  #soughtBytes = 0;
  #soughtHash = 0;

  /** `mostSeries` is what one of the two generations holds. */
  constructor(mostSeries = MOST_SERIES) {
    this.#mostSeries = mostSeries;
  }

  /** Checks hold under these limits only: under others all is forgotten. */
  within(limits: DecodeLimits): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#young.clear();
    this.#old.clear();
  }

  /** The series that was kept for the bytes from `start` up to `end`; `null` if there is none. */
  find(bytes: Uint8Array, start: number, end: number): KnownSeries | null {
    this.#soughtBytes = end - start;
    if (this.#soughtBytes > LONGEST_BYTES) return null;
    const hash = this.#seek(bytes, start, end);
    const known = this.#young.get(hash);
    if (known !== undefined && this.#isSought(known)) return known.series;
    const before = this.#old.get(hash);
    if (before === undefined || !this.#isSought(before)) return null;
    this.#put(before.series);
    return before.series;
  }

  /** Keeps a series for the bytes that {@link find} has just not found. The labels must not be changed any more, nor be another's. */
  keep({ metric, labels }: KnownSeries): KnownSeries | null {
    if (this.#soughtBytes > LONGEST_BYTES) return null;
    // What texts have in common is in memory once.
    const shared: Record<string, string> = {};
    for (const name in labels) shared[this.#texts.of(name)] = this.#texts.of(labels[name] ?? '');
    const series = { metric: this.#texts.of(metric), labels: shared };
    this.#put(series);
    return series;
  }

  /* Packs the bytes into words and mixes them as MurmurHash3 does. */
  #seek(bytes: Uint8Array, start: number, end: number): number {
    const sought = this.#sought;
    let hash = end - start;
    let words = 0;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      sought[words++] = word;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash = (hash << 15) | (hash >>> 17);
    }
    let last = 0;
    for (let shift = 0; at < end; at++, shift += 8) last |= (bytes[at] as number) << shift;
    sought[words] = last;
    hash = Math.imul(hash ^ last, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    this.#soughtHash = hash ^ (hash >>> 16);
    return this.#soughtHash;
  }

  #isSought({ chunk, from, bytes }: Slot): boolean {
    if (bytes !== this.#soughtBytes) return false;
    const sought = this.#sought;
    for (let word = 0; word <= bytes >> 2; word++) {
      if (chunk[from + word] !== sought[word]) return false;
    }
    return true;
  }

  #put(series: KnownSeries): void {
    const words = (this.#soughtBytes >> 2) + 1;
    if (this.#young.size >= this.#mostSeries || this.#words + words > MOST_WORDS) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#chunk = new Int32Array(0);
      this.#words = 0;
      this.#used = 0;
    }
    if (this.#used + words > this.#chunk.length) {
      this.#chunk = new Int32Array(CHUNK_WORDS);
      this.#used = 0;
    }
    const slot = { chunk: this.#chunk, from: this.#used, bytes: this.#soughtBytes, series };
    slot.chunk.set(this.#sought.subarray(0, words), slot.from);
    this.#used += words;
    this.#words += words;
    this.#young.set(this.#soughtHash, slot);
  }
}
