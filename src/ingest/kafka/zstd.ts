import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';

/* Node has zstd since 22.15. */
type NodeZstd = Partial<{
  zstdCompressSync(bytes: Buffer): Buffer;
  zstdDecompressSync(bytes: Buffer, options: { readonly maxOutputLength: number }): Buffer;
}>;
const { zstdCompressSync, zstdDecompressSync } = zlib as NodeZstd;

/** What a codec throws instead of unpacking more bytes than it may. */
export class TooLargeError extends Error {}

/* RFC 8878, https://www.rfc-editor.org/rfc/rfc8878#section-3.1 */
const FRAME = 0xfd2f_b528;
const SKIPPABLE = 0x184d_2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const CHECKSUM_BYTES = 4;
const MOST_BLOCK_BYTES = 131_072;
/* The decoder's memory in WebAssembly ends at 4 GB, and what is compressed lies in it too. */
const MOST_WASM_BYTES = 2 ** 30;

/** Unpacks by Node's own zstd where it has one, else by the reference decoder in WebAssembly. Throws a {@link TooLargeError} or what Node throws for it, and for broken bytes an error. */
export async function zstdDecompress(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return zstdDecompressSync === undefined
    ? unpackByWasm(bytes, maxBytes)
    : zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
}

/** Packs by Node's own zstd. Throws where it has none: strayd itself writes no zstd. */
export function zstdCompress(bytes: Buffer): Buffer {
  if (zstdCompressSync !== undefined) return zstdCompressSync(bytes);
  throw new Error(`Node ${process.versions.node} can't write zstd; use Node 22.15 or newer`);
}

const decoder = new ZSTDDecoder();

/** {@link zstdDecompress} where Node has no zstd; the decoder is loaded at the first call. */
export async function unpackByWasm(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const most = zstdBound(bytes);
  if (most === 0) return Buffer.alloc(0);
  await decoder.init();
  const room = Math.min(most, maxBytes, MOST_WASM_BYTES);
  const unpacked = decoder.decode(bytes, room);
  // It answers nothing at all for what it can't unpack into the room it has.
  if (unpacked.length > 0 && unpacked.length <= room) return Buffer.from(unpacked.buffer);
  if (most > room) throw new TooLargeError('zstd');
  throw new Error('the bytes are no zstd, or damaged');
}

/* An upper bound of the unpacked size by the heads of frames and blocks: what a frame says of its size is optional, and may be a lie. */
function zstdBound(bytes: Buffer): number {
  let bound = 0;
  for (let at = 0; at < bytes.length;) {
    const magic = bytes.readUInt32LE(at);
    if ((magic & ~0xf) === SKIPPABLE) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== FRAME) throw new Error('the bytes are no zstd');
    const descriptor = bytes.readUInt8(at + 4);
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const contentSize = CONTENT_SIZE_BYTES[descriptor >> 6] as number;
    at += 5 + (DICTIONARY_ID_BYTES[descriptor & 3] as number);
    at += isSingleSegment ? Math.max(1, contentSize) : 1 + contentSize;
    for (let isLast = false; !isLast;) {
      const head = bytes.readUIntLE(at, 3);
      const [type, size] = [(head >> 1) & 3, head >> 3];
      isLast = (head & 1) === 1;
      // Raw, one byte repeated, compressed.
      at += 3 + (type === 1 ? 1 : size);
      bound += type === 2 ? MOST_BLOCK_BYTES : size;
    }
    if ((descriptor & 4) !== 0) at += CHECKSUM_BYTES;
  }
  return bound;
}
