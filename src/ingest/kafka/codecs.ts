import { promisify } from 'node:util';
import { unzip, type ZlibOptions } from 'node:zlib';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { snappyLength, unpackSnappyBlock } from '../snappy-block.ts';
import { standInsFor } from './too-large-batch.ts';
import { TooLargeError, zstdCompress, zstdDecompress } from './zstd.ts';

const unzipOffThread = promisify(unzip) as (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/* snappy-java's stream format, which Kafka's clients write: this magic, two int32 versions, then sized blocks. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

const isXerial = (bytes: Buffer): boolean => bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);

/** Snappy with or without snappy-java's framing, as different clients write it. Throws if it would be over `maxBytes`. */
export const snappyDecompress = (bytes: Buffer, maxBytes: number): Buffer => {
  let left = maxBytes;
  const unpack = (block: Buffer): Uint8Array => {
    left -= snappyLength(block);
    if (left < 0) throw new TooLargeError('snappy');
    return unpackSnappyBlock(block);
  };
  if (!isXerial(bytes)) return Buffer.from(unpack(bytes));
  const blocks: Uint8Array[] = [];
  let at = XERIAL_HEADER_BYTES;
  while (at < bytes.length) {
    const size = bytes.readInt32BE(at);
    const start = at + 4;
    blocks.push(unpack(bytes.subarray(start, start + size)));
    at = start + size;
  }
  return Buffer.concat(blocks);
};

const snappyCompress = (bytes: Buffer): Buffer => {
  const block = snappy.compress(bytes);
  const head = Buffer.alloc(XERIAL_HEADER_BYTES + 4);
  XERIAL_MAGIC.copy(head);
  head.writeInt32BE(1, 8);
  head.writeInt32BE(1, 12);
  head.writeInt32BE(block.length, XERIAL_HEADER_BYTES);
  return Buffer.concat([head, block]);
};

/* Kafka reads only frames of independent blocks, which lz4js doesn't write: magic, flags, 64 KiB blocks, header's checksum. */
const LZ4_HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const LZ4_BLOCK_BYTES = 65_536;
const LZ4_STORED = 0x8000_0000;

const lz4Compress = (bytes: Buffer): Buffer => {
  const parts: Uint8Array[] = [LZ4_HEADER];
  const word = (value: number): Buffer => {
    const four = Buffer.alloc(4);
    four.writeUInt32LE(value >>> 0);
    return four;
  };
  for (let start = 0; start < bytes.length; start += LZ4_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + LZ4_BLOCK_BYTES);
    const target = new Uint8Array(lz4.compressBound(block.length));
    const size = lz4.compressBlock(block, target, 0, block.length, new Uint32Array(LZ4_BLOCK_BYTES));
    if (size > 0 && size < block.length) parts.push(word(size), target.subarray(0, size));
    else parts.push(word(block.length + LZ4_STORED), block);
  }
  return Buffer.concat([...parts, word(0)]);
};

/* The frame tells only an upper bound, so that its bytes may have to be counted. */
const lz4Decompress = (bytes: Buffer, maxBytes: number): Uint8Array => {
  const unpacked = lz4.decompress(bytes, Math.min(lz4.decompressBound(bytes), maxBytes + 1));
  if (unpacked.length > maxBytes) throw new TooLargeError('lz4');
  return unpacked;
};

/* zlib has words of its own for it. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof TooLargeError ||
  (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE');

const standInsUnless = async (bytes: Buffer, unpack: Codec['decompress']): Promise<Buffer> => {
  try {
    return await unpack(bytes);
  } catch (error) {
    const standIns = isTooLarge(error) ? standInsFor(bytes) : null;
    if (standIns === null) throw error;
    return standIns;
  }
};

const codec = (
  compress: (bytes: Buffer) => Uint8Array,
  decompress: (bytes: Buffer) => Uint8Array | Promise<Uint8Array>,
): Codec => ({
  compress: (encoder) => Promise.resolve().then(() => Buffer.from(compress(encoder.buffer))),
  decompress: (bytes) => standInsUnless(bytes, async () => Buffer.from(await decompress(bytes))),
});

/**
 * Teaches kafkajs snappy, lz4 and zstd, and keeps these and gzip from unpacking more than `maxBytes`
 * of one batch: its records then come as stand-ins, see `isStandIn`.
 */
export const registerCodecs = (maxBytes: number): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as unknown as Record<number, () => Codec>;
  const { compress: gzip } = CompressionCodecs[CompressionTypes.GZIP]() as unknown as Codec;
  const unpackGzip = (bytes: Buffer): Promise<Buffer> => unzipOffThread(bytes, { maxOutputLength: maxBytes });
  codecs[CompressionTypes.GZIP] = () => ({
    compress: gzip,
    decompress: (bytes) => standInsUnless(bytes, unpackGzip),
  });
  codecs[CompressionTypes.Snappy] = () => codec(snappyCompress, (bytes) => snappyDecompress(bytes, maxBytes));
  codecs[CompressionTypes.LZ4] = () => codec(lz4Compress, (bytes) => lz4Decompress(bytes, maxBytes));
  codecs[CompressionTypes.ZSTD] = () => codec(zstdCompress, (bytes) => zstdDecompress(bytes, maxBytes));
};
