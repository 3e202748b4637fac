/* Longer literals are cheaper by `set` than byte by byte. */
const SHORT = 64;

const broken = (what: string): never => {
  throw new RangeError(`snappy: ${what}`);
};

/* A little-endian integer of up to four bytes, never negative. */
const littleEndian = (bytes: Uint8Array, at: number, size: number): number => {
  if (at + size > bytes.length) broken('a length runs over the end');
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] as number);
  return value;
};

/* How many bytes the varint at the start takes. */
const lengthSize = (bytes: Uint8Array): number => {
  let size = 1;
  while (size < 5 && ((bytes[size - 1] ?? 0) & 0x80) !== 0) size += 1;
  return size;
};

/** How long a snappy block says it is when unpacked, in bytes; NaN if there is no such length at its start. */
export function snappyLength(bytes: Uint8Array): number {
  const size = lengthSize(bytes);
  if (size > bytes.length || ((bytes[size - 1] ?? 0) & 0x80) !== 0) return NaN;
  let length = 0;
  for (let i = size - 1; i >= 0; i--) length = length * 128 + ((bytes[i] as number) & 0x7f);
  return length;
}

/* How far back a copy reads; its tag is followed by one, two or four bytes of that. */
const offsetAt = (bytes: Uint8Array, at: number, tag: number): number => {
  const kind = tag & 3;
  if (kind === 3) return littleEndian(bytes, at, 4);
  if (at + kind > bytes.length) broken('a length runs over the end');
  const first = bytes[at] as number;
  return kind === 1 ? (tag >>> 5) * 256 + first : first + (bytes[at + 1] as number) * 256;
};

/**
 * Unpacks one snappy block (not the framed format). Throws a RangeError if it is broken; it writes no byte beyond the length
 * that the block itself tells first, so that a caller bounds memory by {@link snappyLength}.
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
export function unpackSnappyBlock(bytes: Uint8Array): Uint8Array {
  const length = snappyLength(bytes);
  // Three bytes can stand for 64 at most: what claims more is no block.
  if (!(length <= bytes.length * 22)) broken('no plausible length at the start');
  const out = new Uint8Array(length);
  const words = new DataView(out.buffer);
  let at = lengthSize(bytes);
  let end = 0;
  while (at < bytes.length) {
    const tag = bytes[at] as number;
    at += 1;
    const kind = tag & 3;
    if (kind === 0) {
      let size = tag >>> 2;
      if (size >= 60) {
        const extra = size - 59;
        size = littleEndian(bytes, at, extra);
        at += extra;
      }
      size += 1;
      if (at + size > bytes.length || end + size > length) broken('a literal runs over the end');
      if (size > SHORT) out.set(bytes.subarray(at, at + size), end);
      else for (let i = 0; i < size; i++) out[end + i] = bytes[at + i] as number;
      at += size;
      end += size;
      continue;
    }
    const size = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = offsetAt(bytes, at, tag);
    at += kind === 3 ? 4 : kind;
    if (offset === 0 || offset > end || end + size > length) broken('a copy runs over the end');
    const copied = end + size;
    // A copy may read what it writes: by words only where none does.
    if (offset >= 8) {
      for (; end + 8 <= copied; end += 8) {
        words.setInt32(end, words.getInt32(end - offset, true), true);
        words.setInt32(end + 4, words.getInt32(end - offset + 4, true), true);
      }
    }
    for (; end < copied; end++) out[end] = out[end - offset] as number;
  }
  if (end !== length) broken(`${end} bytes, its own length says ${length}`);
  return out;
}
