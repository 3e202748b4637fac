import { createHash } from 'node:crypto';
import kafkajs from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { registerCodecs, snappyDecompress } from '../../../src/ingest/kafka/codecs.ts';
import { TooLargeError, unpackByWasm } from '../../../src/ingest/kafka/zstd.ts';
import { packZstd, zstdBinary } from '../../support/zstd-command.ts';
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

describe.runIf(zstdBinary.path !== null)(
  `zstd as the program of that name writes it${zstdBinary.note}`,
  () => {
    const text = Buffer.from(Array.from({ length: 9_000 }, (_, i) => `line ${i} ${i % 97}\n`).join(''));
    const noise = createHash('shake256', { outputLength: 150_000 }).update('noise').digest();
    const cases: readonly (readonly [string, Buffer, Buffer])[] = [
      ['of text', text, packZstd(text)],
      ['of noise, in raw blocks', noise, packZstd(noise)],
      ['of one byte, in repeating blocks', Buffer.alloc(MOST_BYTES), packZstd(Buffer.alloc(MOST_BYTES))],
      ['of nothing', Buffer.alloc(0), packZstd(Buffer.alloc(0))],
      ['at the highest level, without a checksum', text, packZstd(text, '-19', '--no-check')],
      [
        'in two frames and a skippable one',
        Buffer.concat([text.subarray(0, 5_000), text.subarray(5_000, 9_000)]),
        Buffer.concat([
          packZstd(text.subarray(0, 5_000)),
          Buffer.from([0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]),
          packZstd(text.subarray(5_000, 9_000)),
        ]),
      ],
    ];

    test.each(cases)(
      '%s is read, by this Node and by the one that has none',
      async (_what, whole, packed) => {
        const { decompress } = codecOf(kafkajs.CompressionTypes.ZSTD);
        expect((await decompress(packed)).equals(whole)).toBe(true);
        expect((await unpackByWasm(packed, MOST_BYTES)).equals(whole)).toBe(true);
      },
    );

    test('is unpacked no further than it may be, whatever the frame says or hides', async () => {
      const bomb = packZstd(Buffer.alloc(50_000_000));
      const lie = packZstd(text);
      expect((await unpackByWasm(lie, text.length)).equals(text)).toBe(true);
      for (const bytes of [bomb, packZstd(Buffer.alloc(MOST_BYTES + 1))]) {
        await expect(unpackByWasm(bytes, MOST_BYTES)).rejects.toThrow(TooLargeError);
        await expect(codecOf(kafkajs.CompressionTypes.ZSTD).decompress(bytes)).rejects.toThrow();
      }
      await expect(unpackByWasm(lie, text.length - 1)).rejects.toThrow(TooLargeError);
    });

    test('damaged in any way is refused or something, and the next batch is read', async () => {
      const packed = packZstd(text);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 })), {
            minLength: 1,
            maxLength: 3,
          }),
          fc.nat(packed.length),
          async (flips, end) => {
            const damaged = Buffer.from(packed);
            for (const [at, by] of flips) damaged.writeUInt8(damaged.readUInt8(at) ^ by, at);
            const some = flips.length === 3 ? damaged.subarray(0, end) : damaged;
            const unpacked = await unpackByWasm(some, MOST_BYTES).catch(() => Buffer.alloc(0));
            expect(unpacked.length).toBeLessThanOrEqual(MOST_BYTES);
          },
        ),
        { numRuns: 300 },
      );
      expect((await unpackByWasm(packed, MOST_BYTES)).equals(text)).toBe(true);
    });

    test('of other bytes is refused', async () => {
      const { decompress } = codecOf(kafkajs.CompressionTypes.ZSTD);
      for (const bytes of [
        Buffer.alloc(4),
        Buffer.from('not compressed at all'),
        packZstd(text).subarray(0, 900),
      ]) {
        await expect(unpackByWasm(bytes, MOST_BYTES)).rejects.toThrow();
        await expect(decompress(bytes)).rejects.toThrow();
      }
    });
  },
);
