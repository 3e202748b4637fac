import snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/core/sample.ts';
import { prometheusJson } from '../../../src/ingest/formats/prometheus-json.ts';
import { remoteWrite } from '../../../src/ingest/formats/remote-write.ts';
import { fc } from '../../support/properties.ts';
import { damage, sampleOf, testLimits } from './format-contract.ts';
import { writeRequest1, writeRequest2 } from './written-requests.ts';

/* As prometheus-kafka-adapter does: the name among the labels, and the keys in this order. */
const adapterRecord = ({ metric, labels, timeMs, value }: Sample): Uint8Array => {
  const timestamp = new Date(timeMs).toISOString();
  return Buffer.from(
    JSON.stringify({
      labels: { __name__: metric, ...labels },
      name: metric,
      timestamp,
      value: goFloat(value),
    }),
  );
};

const goFloat = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';

const cases = [
  {
    what: 'prometheus_json',
    make: prometheusJson,
    encode: (samples: readonly Sample[]) => adapterRecord(samples[0] as Sample),
  },
  {
    what: 'remote_write 1.0',
    make: remoteWrite,
    encode: (samples: readonly Sample[]) => writeRequest1(samples),
  },
  {
    what: 'remote_write 1.0 with histograms, in snappy',
    make: remoteWrite,
    encode: (samples: readonly Sample[]) =>
      snappy.compress(writeRequest1(samples, { histograms: [{ sum: 1, timestamp: 5 }] })),
  },
  {
    what: 'remote_write 2.0',
    make: remoteWrite,
    encode: (samples: readonly Sample[]) => writeRequest2(samples),
  },
];

describe.each(cases)('$what', ({ make, encode }) => {
  const someSamples = fc.array(sampleOf({ timeUnitMs: 1 }), { minLength: 1, maxLength: 4 });

  it('reads series that it knows to what it would read them the first time, broken records too', () => {
    const knowing = make();
    fc.assert(
      fc.property(someSamples, sampleOf({ timeUnitMs: 1 }), damage, (samples, { timeMs, value }, breakIt) => {
        const later = encode(samples.map((sample) => ({ ...sample, timeMs, value })));
        for (const bytes of [encode(samples), later, breakIt(later), later]) {
          const { stableLabels: _, ...decoded } = knowing.decode(bytes, testLimits);
          const { stableLabels: __, ...fresh } = make().decode(bytes, testLimits);
          expect(decoded).toEqual(fresh);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('labels that are called stable', () => {
  const up: Sample = { metric: 'up', labels: { job: 'node' }, timeMs: 1_000, value: 1 };
  const down: Sample = { ...up, metric: 'down' };

  it.each(cases.slice(0, 3))('come again with their series alone: $what', ({ make, encode }) => {
    const format = make();
    const labelsOf = (sample: Sample) => {
      const { samples, stableLabels } = format.decode(encode([sample]), testLimits);
      expect(stableLabels).toBe(true);
      return samples[0]?.labels;
    };
    const first = labelsOf(up);
    expect(labelsOf({ ...up, value: 2 })).toBe(first);
    expect(labelsOf(down)).not.toBe(first);
  });

  it('are none in version 2.0, which names them anew in each request', () => {
    const { stableLabels } = remoteWrite().decode(writeRequest2([up]), testLimits);
    expect(stableLabels).toBeUndefined();
  });

  it('are not mixed with those of version 2.0 in one request', () => {
    const both = Buffer.concat([writeRequest1([up]), writeRequest2([down])]);
    const format = remoteWrite();
    for (let time = 0; time < 2; time++) {
      const { samples, stableLabels } = format.decode(both, testLimits);
      expect(samples).toEqual([up, down]);
      expect(stableLabels).toBeUndefined();
    }
    expect(format.decode(writeRequest1([up]), testLimits).samples).toEqual([up]);
  });
});

it('reads decimals to the bit as JavaScript does', () => {
  const format = prometheusJson();
  const decimal = fc.oneof(
    fc.stringMatching(/^\d{1,17}(\.\d{1,17})?$/),
    fc.stringMatching(/^\d{0,5}\.\d{0,5}$/),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  fc.assert(
    fc.property(decimal, (text) => {
      const record = `{"name":"up","timestamp":"1790000000","value":"${text}"}`;
      const { samples, rejects } = format.decode(Buffer.from(record), testLimits);
      if (text === '.' || text === '') expect(rejects).toHaveLength(1);
      else expect(Object.is(samples[0]?.value, Number(text))).toBe(true);
    }),
    { numRuns: 5000 },
  );
});
