import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/core/sample.ts';
import type { DecodeLimits, RejectReason, SampleFormat } from '../../../src/ingest/formats/sample-format.ts';

/** What a format brings to the contract: how to write samples, and how its input breaks. */
export interface FormatSubject {
  readonly format: SampleFormat;
  /** A record's value as a producer writes it; the sample's time may be cut to `timeUnitMs`. */
  encode(sample: Sample): Uint8Array;
  readonly timeUnitMs: number;
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
  maxLabels: 16,
  maxLabelLength: 200,
  maxSamplesPerRecord: 100,
};

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/).filter((text) => !text.startsWith('__'));
const labelValue = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !/\p{Surrogate}/u.test(text));
const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(NaN, Infinity, -Infinity, 0));

const sampleOf = (timeUnitMs: number): fc.Arbitrary<Sample> =>
  fc.record({
    metric: name,
    labels: fc.dictionary(name, labelValue, { maxKeys: 8, noNullPrototype: true }),
    timeMs: fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => ms - (ms % timeUnitMs)),
    value: number.map((value) => (Object.is(value, -0) ? 0 : value)),
  });

/* One to three damages: a byte changed, a stretch cut out, or bytes put in. */
const damage = fc.array(
  fc.record({
    at: fc.nat(10_000),
    cut: fc.nat(5),
    insert: fc.uint8Array({ maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 3 },
);

const broken = (
  bytes: Uint8Array,
  edits: readonly { at: number; cut: number; insert: Uint8Array }[],
): Uint8Array =>
  edits.reduce<Uint8Array>((now, { at, cut, insert }) => {
    const start = at % (now.length + 1);
    return Buffer.concat([now.subarray(0, start), insert, now.subarray(start + cut)]);
  }, bytes);

const expectHonest = (format: SampleFormat, bytes: Uint8Array): void => {
  const { samples, rejects } = format.decode(bytes, testLimits);
  expect(samples.length + rejects.length).toBeGreaterThan(0);
  for (const sample of samples) {
    expect(sample.metric).not.toBe('');
    expect(Number.isSafeInteger(sample.timeMs)).toBe(true);
    expect(typeof sample.value).toBe('number');
    expect(Object.values(sample.labels).every((value) => typeof value === 'string' && value !== '')).toBe(
      true,
    );
  }
  for (const reject of rejects) expect(reject.detail.length).toBeGreaterThan(5);
};

/** The tests that every wire format passes. */
export const formatContract = (subject: FormatSubject): void => {
  const { format } = subject;
  describe(`the format ${format.name}`, () => {
    test('gives back exactly what was written', () => {
      fc.assert(
        fc.property(sampleOf(subject.timeUnitMs), (sample) => {
          expect(format.decode(subject.encode(sample), testLimits)).toEqual({
            samples: [sample],
            rejects: [],
          });
        }),
        { numRuns: 500 },
      );
    });

    test('makes samples or rejects of damaged records and never throws', () => {
      fc.assert(
        fc.property(sampleOf(subject.timeUnitMs), damage, (sample, edits) => {
          expectHonest(format, broken(subject.encode(sample), edits));
        }),
        { numRuns: 500 },
      );
    });

    test('makes samples or rejects of any bytes and never throws', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectHonest(format, bytes)));
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
