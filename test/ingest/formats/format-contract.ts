import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/core/sample.ts';
import type { DecodeLimits, RejectReason, SampleFormat } from '../../../src/ingest/formats/sample-format.ts';
import { fc } from '../../support/properties.ts';

/** What a format brings to the contract: how to write samples, and how its input breaks. */
export interface FormatSubject {
  readonly format: SampleFormat;
  /** A record's value as a producer writes it; the sample's time may be cut to `timeUnitMs`. */
  encode(sample: Sample): Uint8Array;
  readonly timeUnitMs: number;
  /** What its numbers can be, where not every double can be written. */
  readonly value?: fc.Arbitrary<number>;
  /** What its label values can be, where not every text can be written. */
  readonly labelValue?: fc.Arbitrary<string>;
  /** Known kinds of bad input and the reason each must be given. */
  readonly broken: readonly {
    readonly what: string;
    readonly bytes: Uint8Array;
    readonly reason: RejectReason;
  }[];
}

/** Bounds wide enough for everything that the contract calls intact. */
export const testLimits: DecodeLimits = {
  maxRecordBytes: 100_000,
  maxUnpackedBytes: 1_000_000,
  maxLabels: 16,
  maxLabelLength: 200,
  maxSamplesPerRecord: 100,
};

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/).filter((text) => !text.startsWith('__'));
const anyText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !/\p{Surrogate}/u.test(text));
const anyNumber = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(NaN, Infinity, -Infinity, 0, 1e308));

/** Numbers where NaN and infinities can't be written. */
export const finiteNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1e308, -1e308),
);

/** Samples that a format can write. */
export const sampleOf = ({
  timeUnitMs,
  value,
  labelValue,
}: Pick<FormatSubject, 'timeUnitMs' | 'value' | 'labelValue'>): fc.Arbitrary<Sample> =>
  fc.record({
    metric: name,
    labels: fc.dictionary(name, labelValue ?? anyText, { maxKeys: 8, noNullPrototype: true }),
    timeMs: fc
      .integer({ min: 1, max: 4_000_000_000 })
      .map((seconds) => seconds * 1000 + (seconds % 1000))
      .map((ms) => ms - (ms % timeUnitMs)),
    value: (value ?? anyNumber).map((number) => (Object.is(number, -0) ? 0 : number)),
  });

/** Bytes changed, cut out or put in; bits flipped; the end cut off; the whole doubled; nested far too deep. */
export const damage = fc.oneof(
  fc
    .array(fc.record({ at: fc.nat(10_000), cut: fc.nat(5), insert: fc.uint8Array({ maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 3,
    })
    .map(
      (edits) => (bytes: Uint8Array) =>
        edits.reduce<Uint8Array>((now, { at, cut, insert }) => {
          const start = at % (now.length + 1);
          return Buffer.concat([now.subarray(0, start), insert, now.subarray(start + cut)]);
        }, bytes),
    ),
  fc.array(fc.nat(80_000), { minLength: 1, maxLength: 4 }).map((bits) => (bytes: Uint8Array) => {
    const flipped = Buffer.from(bytes);
    for (const bit of bits) {
      const at = (bit >> 3) % flipped.length;
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (bit & 7)), at);
    }
    return flipped;
  }),
  fc.nat(10_000).map((at) => (bytes: Uint8Array) => bytes.subarray(0, at % bytes.length)),
  fc.constant((bytes: Uint8Array) => Buffer.concat([bytes, bytes])),
  fc.nat(10_000).map((at) => (bytes: Uint8Array) => {
    const start = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, start), Buffer.alloc(5000, '[{'), bytes.subarray(start)]);
  }),
  fc.constantFrom('1e309', '-1', 'null', '{}', '"\\u0000"', '99999999999999999999999').map(
    (text) => (bytes: Uint8Array) =>
      Buffer.from(
        Buffer.from(bytes)
          .toString('latin1')
          .replace(/-?\d[\d.e+-]*/, text),
        'latin1',
      ),
  ),
);

/** What a record of any bytes came to; fails if that is not honest. */
const outcome = (format: SampleFormat, bytes: Uint8Array): 'samples' | 'rejected' | 'both' | 'skipped' => {
  const { samples, rejects, skipped = 0 } = format.decode(bytes, testLimits);
  expect(samples.length + rejects.length + skipped).toBeGreaterThan(0);
  for (const { metric, timeMs, value, labels } of samples) {
    expect(metric).not.toBe('');
    expect(Number.isSafeInteger(timeMs) && timeMs >= 0).toBe(true);
    expect(typeof value).toBe('number');
    for (const label in labels) expect(typeof labels[label] === 'string' && labels[label] !== '').toBe(true);
  }
  for (const { detail } of rejects) {
    expect(detail.length).toBeGreaterThan(5);
    expect(detail.length).toBeLessThan(1000);
  }
  if (samples.length > 0) return rejects.length > 0 ? 'both' : 'samples';
  return rejects.length > 0 ? 'rejected' : 'skipped';
};

/** The tests that every wire format passes. */
export const formatContract = (subject: FormatSubject): void => {
  const { format } = subject;
  describe(`the format ${format.name}`, () => {
    test('gives back exactly what was written', () => {
      fc.assert(
        fc.property(sampleOf(subject), (sample) => {
          const { samples, rejects } = format.decode(subject.encode(sample), testLimits);
          expect({ samples, rejects }).toEqual({ samples: [sample], rejects: [] });
        }),
        { numRuns: 500 },
      );
    });

    test('makes samples or rejects of 10 000 broken records, whose intact neighbours all survive', () => {
      const shares = { samples: 0, rejected: 0, both: 0, skipped: 0 };
      const intact: Sample = { metric: 'up', labels: { job: 'node' }, timeMs: 1_700_000_000_000, value: 1 };
      const neighbour = subject.encode(intact);
      fc.assert(
        fc.property(sampleOf(subject), damage, (sample, breakIt) => {
          const bytes = subject.encode(sample);
          shares[outcome(format, breakIt(bytes))] += 1;
          // Nothing of the broken record may stick: a format that kept state would show it here.
          expect(format.decode(neighbour, testLimits).samples).toEqual([intact]);
        }),
        { numRuns: 10_000 },
      );
      process.stdout.write(`${format.name}, 10 000 broken records: ${JSON.stringify(shares)}\n`);
      expect(shares.rejected).toBeGreaterThan(2000);
    });

    test('makes samples or rejects of any bytes and never throws', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void outcome(format, bytes)),
        { numRuns: 2000 },
      );
    });

    test('does not write into the bytes it reads', () => {
      const sample: Sample = { metric: 'up', labels: { job: 'node' }, timeMs: 0, value: 1 };
      const bytes = Buffer.from(subject.encode(sample));
      const before = Buffer.from(bytes);
      format.decode(bytes, testLimits);
      expect(bytes.equals(before)).toBe(true);
    });

    test.each(subject.broken.map((entry) => [entry.what, entry] as const))('rejects %s', (_what, entry) => {
      const { samples, rejects } = format.decode(entry.bytes, testLimits);
      expect(samples).toEqual([]);
      expect(rejects.map((reject) => reject.reason)).toEqual([entry.reason]);
    });
  });
};
