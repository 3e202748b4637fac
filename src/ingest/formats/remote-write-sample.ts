import type { ProtobufReader } from './protobuf-reader.ts';

const [VALUE, TIMESTAMP] = [0x09, 0x10];
const VALUE_BYTES = 9;
/** 7 × 7 bits stay below 2^53; longer ones are negative, or beyond the year 9999. */
const LONGEST_VARINT = 7;

/** A sample as it lies on the wire. */
export interface WrittenSample {
  value: number;
  timeMs: number;
}

/**
 * Reads the samples of series as all senders write them: value, then time, each left out where it is zero. What is written otherwise is
 * left to the reader of all messages.
 */
export class SampleReader {
  /** Of the sample read last. */
  readonly sample: WrittenSample = { value: 0, timeMs: 0 };
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** Reads the sample whose length is next into {@link sample}, and goes past it; false, and it stays where it was, if it is no plain one. */
  read(reader: ProtobufReader): boolean {
    const bytes = reader.buf;
    let at = reader.pos;
    const end = at + 1 + (bytes[at] as number);
    at += 1;
    if (end > reader.len || end - at >= 0x80) return false;
    let value = 0;
    if (bytes[at] === VALUE) {
      if (at + VALUE_BYTES > end) return false;
      value = this.#viewOf(bytes).getFloat64(at + 1, true);
      at += VALUE_BYTES;
    }
    let timeMs = 0;
    if (at < end) {
      if (bytes[at] !== TIMESTAMP) return false;
      timeMs = varintUpTo(bytes, at + 1, end);
      if (timeMs < 0) return false;
    }
    this.sample.value = value;
    this.sample.timeMs = timeMs;
    reader.pos = end;
    return true;
  }

  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }
}

/* The varint that is all of these bytes; -1 if they are something else, or too many. */
function varintUpTo(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > LONGEST_VARINT) return -1;
  let value = 0;
  let unit = 1;
  for (let at = start; at < end; at++, unit *= 128) {
    const byte = bytes[at] as number;
    if (byte < 0x80) return at === end - 1 ? value + byte * unit : -1;
    value += (byte - 0x80) * unit;
  }
  return -1;
}
