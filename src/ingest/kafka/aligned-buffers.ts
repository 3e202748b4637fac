import type { PartitionId, RawBatch, RawRecord } from '../../core/records.ts';

/** Fetched records of one partition; `lostFrom` marks a jump: the offset that should have come. */
export interface FetchedChunk {
  readonly records: readonly RawRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lostFrom: number | null;
}

/** The next thing to hand on: a batch, or with `lostFrom` the news that reading went on at `batch.nextOffset`. */
export interface AlignedSlice {
  readonly batch: RawBatch;
  readonly lostFrom: number | null;
}

interface Lane {
  readonly id: PartitionId;
  readonly chunks: FetchedChunk[];
  /** Records of the first chunk that are handed on already. */
  taken: number;
  nextOffset: number;
  /** Newest record time handed on. */
  headMs: number;
  idle: boolean;
  bytes: number;
}

const sizeOf = (records: readonly RawRecord[]): number =>
  records.reduce((sum, record) => sum + (record.value?.byteLength ?? 0) + 64, 0);

const nextTimeMs = (lane: Lane): number | null => {
  const chunk = lane.chunks[0];
  if (chunk === undefined) return null;
  return chunk.records[lane.taken]?.timeMs ?? -Infinity;
};

/* Records still to come from the lane are about this old or newer. */
const floorMs = (lane: Lane): number => Math.max(lane.headMs, nextTimeMs(lane) ?? -Infinity);

/**
 * Merges the partitions of each source by record time (DESIGN §5.2): a record is handed on only if it is at most
 * `alignWithinMs` ahead of the source's slowest partition that isn't idle. Pure: what is fetched when is others' business.
 */
export class AlignedBuffers {
  readonly #lanes = new Map<string, Lane>();
  readonly #alignWithinMs: (source: string) => number;
  readonly #maxSliceRecords: number;
  #held: ReadonlySet<string> = new Set();

  constructor(alignWithinMs: (source: string) => number, maxSliceRecords: number) {
    this.#alignWithinMs = alignWithinMs;
    this.#maxSliceRecords = maxSliceRecords;
  }

  /** A partition that is read from `offset` on; forgets what was buffered under the same key. */
  open(key: string, id: PartitionId, offset: number): void {
    const fresh = { taken: 0, nextOffset: offset, headMs: -Infinity, idle: false, bytes: 0 };
    this.#lanes.set(key, { id, chunks: [], ...fresh });
  }

  close(key: string): void {
    this.#lanes.delete(key);
  }

  add(key: string, chunk: FetchedChunk): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    lane.chunks.push(chunk);
    lane.bytes += sizeOf(chunk.records);
  }

  /** Bytes that wait in the partition's buffer. */
  bytes(key: string): number {
    return this.#lanes.get(key)?.bytes ?? 0;
  }

  /** Bytes that wait in all of them. */
  totalBytes(): number {
    let total = 0;
    for (const { bytes } of this.#lanes.values()) total += bytes;
    return total;
  }

  isEmpty(key: string): boolean {
    return (this.#lanes.get(key)?.chunks.length ?? 0) === 0;
  }

  isIdle(key: string): boolean {
    return this.#lanes.get(key)?.idle ?? false;
  }

  setIdle(key: string, idle: boolean): void {
    const lane = this.#lanes.get(key);
    if (lane !== undefined) lane.idle = idle;
  }

  /** Of these sources nothing is handed on until the next call. */
  hold(sources: ReadonlySet<string>): void {
    this.#held = sources;
  }

  isHeld(source: string): boolean {
    return this.#held.has(source);
  }

  /** The oldest records that may go on now, `null` if every buffer is empty or has to wait for a slower partition. */
  take(): AlignedSlice | null {
    let oldest: Lane | null = null;
    let oldestMs = Infinity;
    for (const lane of this.#lanes.values()) {
      if (this.#held.has(lane.id.source)) continue;
      const timeMs = nextTimeMs(lane);
      if (timeMs === null || (oldest !== null && timeMs >= oldestMs) || timeMs > this.#boundMs(lane.id))
        continue;
      oldest = lane;
      oldestMs = timeMs;
    }
    return oldest === null ? null : this.#cut(oldest, this.#boundMs(oldest.id));
  }

  #boundMs(id: PartitionId): number {
    const withinMs = this.#alignWithinMs(id.source);
    if (withinMs === Infinity) return Infinity;
    let slowest = Infinity;
    for (const lane of this.#lanes.values()) {
      if (lane.id.source === id.source && !lane.idle) slowest = Math.min(slowest, floorMs(lane));
    }
    return slowest + withinMs;
  }

  #cut(lane: Lane, boundMs: number): AlignedSlice | null {
    const chunk = lane.chunks[0];
    if (chunk === undefined) return null;
    const start = lane.taken;
    const most = Math.min(chunk.records.length, start + this.#maxSliceRecords);
    let end = start;
    while (end < most && (chunk.records[end]?.timeMs ?? Infinity) <= boundMs) {
      lane.headMs = Math.max(lane.headMs, chunk.records[end]?.timeMs ?? -Infinity);
      end++;
    }
    const firstOffset = lane.nextOffset;
    const isWhole = end === chunk.records.length;
    lane.nextOffset = isWhole ? chunk.nextOffset : (chunk.records[end]?.offset ?? chunk.nextOffset);
    lane.taken = isWhole ? 0 : end;
    if (isWhole) lane.chunks.shift();
    const records = chunk.records.slice(start, end);
    lane.bytes -= sizeOf(records);
    const { nextOffset } = lane;
    const batch = { ...lane.id, firstOffset, nextOffset, highWatermark: chunk.highWatermark, records };
    return { batch, lostFrom: chunk.lostFrom };
  }
}
