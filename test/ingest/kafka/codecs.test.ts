import kafkajs from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { registerCodecs, snappyDecompress } from '../../../src/ingest/kafka/codecs.ts';
import { fc } from '../../support/properties.ts';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const MOST_BYTES = 200_000;
registerCodecs(MOST_BYTES);
const codecOf = (type: number): Codec =>
  (kafkajs.CompressionCodecs as unknown as Record<number, () => Codec>)[type]?.() as Codec;

const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 400 }))
  .map(([part, times]) => Buffer.concat(Array.from({ length: times }, () => part)));

describe.each([
  ['gzip', kafkajs.CompressionTypes.GZIP],
  ['snappy', kafkajs.CompressionTypes.Snappy],
  ['lz4', kafkajs.CompressionTypes.LZ4],
])('%s', (_name, type) => {
  test('gives back what was compressed, over many blocks too', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (buffer) => {
        const { compress, decompress } = codecOf(type);
        expect((await decompress(await compress({ buffer }))).equals(buffer)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('unpacks no more than it may', async () => {
    const { compress, decompress } = codecOf(type);
    const most = Buffer.alloc(MOST_BYTES);
    expect((await decompress(await compress({ buffer: most }))).equals(most)).toBe(true);
    await expect(decompress(await compress({ buffer: Buffer.alloc(MOST_BYTES + 1) }))).rejects.toThrow();
  });

  test('rejects bytes that are none of its own instead of crashing', async () => {
    await expect(codecOf(type).decompress(Buffer.from('not compressed at all'))).rejects.toThrow();
  });
});

test('reads snappy without the framing of snappy-java', () => {
  const raw = Buffer.from([0x04, 0x0c, 0x61, 0x62, 0x63, 0x64]);
  expect(snappyDecompress(raw, 4).toString()).toBe('abcd');
});

test('reads snappy in several framed blocks', () => {
  const block = Buffer.from([0x00, 0x00, 0x00, 0x06, 0x04, 0x0c, 0x61, 0x62, 0x63, 0x64]);
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  expect(snappyDecompress(Buffer.concat([head, block, block]), 8).toString()).toBe('abcdabcd');
});

test('reads zstd where Node can, else names the ways out', async () => {
  const zstd = codecOf(kafkajs.CompressionTypes.ZSTD);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) {
    const buffer = Buffer.from('abcd'.repeat(100));
    expect((await zstd.decompress(await zstd.compress({ buffer }))).equals(buffer)).toBe(true);
  } else {
    await expect(zstd.decompress(Buffer.alloc(4))).rejects.toThrow(/use Node 22\.15 or newer/);
  }
});
