import * as zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { unpackSnappyBlock } from '../snappy-block.ts';

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/* Node has zstd since 22.15. */
type Zstd = Partial<Record<'zstdCompressSync' | 'zstdDecompressSync', (bytes: Buffer) => Buffer>>;

/* snappy-java's stream format, which Kafka's clients write: this magic, two int32 versions, then sized blocks. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

const isXerial = (bytes: Buffer): boolean => bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);

/** Snappy with or without snappy-java's framing, as different clients write it. */
export const snappyDecompress = (bytes: Buffer): Buffer => {
  if (!isXerial(bytes)) return Buffer.from(unpackSnappyBlock(bytes));
  const blocks: Uint8Array[] = [];
  let at = XERIAL_HEADER_BYTES;
  while (at < bytes.length) {
    const size = bytes.readInt32BE(at);
    const start = at + 4;
    blocks.push(unpackSnappyBlock(bytes.subarray(start, start + size)));
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

const zstd = (name: keyof Zstd, bytes: Buffer): Buffer => {
  const work = (zlib as Zstd)[name];
  if (work !== undefined) return work(bytes);
  const way = 'use Node 22.15 or newer, or have the producers compress with lz4 or gzip';
  throw new Error(
    `the topic is compressed with zstd, which Node ${process.versions.node} cannot read; ${way}`,
  );
};

const codec = (
  compress: (bytes: Buffer) => Uint8Array,
  decompress: (bytes: Buffer) => Uint8Array,
): Codec => ({
  compress: (encoder) => Promise.resolve().then(() => Buffer.from(compress(encoder.buffer))),
  decompress: (bytes) => Promise.resolve().then(() => Buffer.from(decompress(bytes))),
});

/** Teaches kafkajs snappy, lz4 and (where Node has it) zstd; it has gzip itself. */
export const registerCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as unknown as Record<number, () => Codec>;
  codecs[CompressionTypes.Snappy] = () => codec(snappyCompress, snappyDecompress);
  codecs[CompressionTypes.LZ4] = () => codec(lz4Compress, lz4.decompress);
  codecs[CompressionTypes.ZSTD] = () =>
    codec(
      (bytes) => zstd('zstdCompressSync', bytes),
      (bytes) => zstd('zstdDecompressSync', bytes),
    );
};
