import snappy from 'snappyjs';
import { expect, test } from 'vitest';
import { snappyLength, unpackSnappyBlock } from '../../src/ingest/snappy-block.ts';
import { fc } from '../support/properties.ts';

/* Texts with repeats near and far, so that every kind of copy comes up. */
const text = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('abc', 'x'.repeat(5000), 'node_cpu_seconds_total').map((part) => Buffer.from(part)),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => Buffer.concat(parts));

test('unpacks what another hand packed', () => {
  fc.assert(
    fc.property(text, (plain) => {
      const packed = snappy.compress(plain);
      expect(snappyLength(packed)).toBe(plain.length);
      expect(Buffer.from(unpackSnappyBlock(packed)).equals(plain)).toBe(true);
    }),
  );
});

test('throws a RangeError for a broken block, or unpacks exactly what its length says; it always ends', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(100_000), { minLength: 1, maxLength: 5 }), (plain, places) => {
      const packed = Buffer.from(snappy.compress(Buffer.concat([plain, Buffer.from('some')])));
      for (const place of places) packed[place % packed.length] = place % 256;
      try {
        expect(unpackSnappyBlock(packed).length).toBe(snappyLength(packed));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['nothing', []],
  ['a length alone', [5]],
  ['a length that never ends', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['a length that the bytes cannot make', [0xff, 0xff, 0x7f, 0]],
  ['a literal with a length above 2 GiB', [8, 0xfc, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]],
  ['a copy from before the beginning', [8, 0, 65, 0x05, 9]],
  ['a copy of itself', [8, 0, 65, 0x05, 0]],
  ['more than its length says', [1, 4, 65, 66]],
])('refuses %s', (_what, bytes) => {
  expect(() => unpackSnappyBlock(Uint8Array.from(bytes))).toThrow(RangeError);
});
