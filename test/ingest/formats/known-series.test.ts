import avsc from 'avsc';
import snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/core/sample.ts';
import { AvroSchemas } from '../../../src/ingest/formats/avro-schema.ts';
import { avro } from '../../../src/ingest/formats/avro.ts';
import { influx } from '../../../src/ingest/formats/influx.ts';
import { json } from '../../../src/ingest/formats/json.ts';
import { otlp } from '../../../src/ingest/formats/otlp.ts';
import { prometheusJson } from '../../../src/ingest/formats/prometheus-json.ts';
import { remoteWrite } from '../../../src/ingest/formats/remote-write.ts';
import { fc } from '../../support/properties.ts';
import { damage, finiteNumber, sampleOf, testLimits } from './format-contract.ts';
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

/* Three samples and more, of which two have the same labels. */
const observations = (samples: readonly Sample[]): readonly Sample[] =>
  samples.flatMap((sample) => [sample, { ...sample, metric: `${sample.metric}_2` }]);

const mapping = {
  records: null,
  time: 'time',
  timeUnit: 'ms',
  name: 'name',
  labels: 'labels',
  values: ['value'],
} as const;
const schema = {
  type: 'record',
  name: 'Sample',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'labels', type: { type: 'map', values: 'string' } },
    { name: 'time', type: 'long' },
    { name: 'value', type: { type: 'map', values: 'double' } },
  ],
};
const avroType = avsc.Type.forSchema(schema as avsc.Schema);
const read = new AvroSchemas().read(JSON.stringify(schema));

const escaped = (text: string): string => text.replace(/[,= \n]/g, (char) => `\\${char}`);
const influxLine = ({ metric, labels, timeMs, value }: Sample): string => {
  const tags = Object.entries(labels).map(([tag, text]) => `,${escaped(tag)}=${escaped(text)}`);
  return `${metric}${tags.join('')} value=${value},other=1i ${timeMs}000000`;
};
const otlpMetric = ({ metric, labels, timeMs, value }: Sample) => ({
  name: metric,
  gauge: {
    dataPoints: [
      {
        asDouble: value,
        timeUnixNano: `${timeMs}000000`,
        attributes: Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      },
    ],
  },
});

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

/** Those that keep labels by a text that stands for them. */
const byText = [
  {
    what: 'json',
    make: () => json(mapping),
    encode: (samples: readonly Sample[]) =>
      Buffer.from(
        JSON.stringify(
          observations(samples).map(({ metric, labels, timeMs, value }) => {
            return { name: metric, time: timeMs, labels, value: { '': value, a: { b: value } } };
          }),
        ),
      ),
  },
  {
    what: 'json, a path for each label',
    make: () =>
      json({ ...mapping, name: null, labels: { a: 'labels.a', 'a.b': 'name' }, values: ['value', 'time'] }),
    encode: (samples: readonly Sample[]) =>
      Buffer.from(
        JSON.stringify(
          observations(samples).map(({ metric, labels, timeMs, value }) => {
            return { name: metric, time: timeMs, labels: { a: Object.values(labels)[0] }, value };
          }),
        ),
      ),
  },
  {
    what: 'avro',
    make: () => avro(mapping, { schema: () => ({ read }), learn: () => Promise.resolve() }),
    encode: (samples: readonly Sample[]) => {
      const [{ metric: name, labels, timeMs: time, value: number }] = samples as [Sample];
      const value = { up: number, [name]: number };
      return Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), avroType.toBuffer({ name, labels, time, value })]);
    },
  },
  {
    what: 'influx',
    make: influx,
    encode: (samples: readonly Sample[]) => Buffer.from(observations(samples).map(influxLine).join('\n')),
  },
  {
    what: 'otlp',
    make: otlp,
    encode: (samples: readonly Sample[]) => {
      const metrics = observations(samples).map(otlpMetric);
      const attributes = [{ key: 'host.name', value: { stringValue: 'a' } }];
      return Buffer.from(
        JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] }),
      );
    },
  },
];

describe.each([...cases, ...byText])('$what', ({ what, make, encode }) => {
  // Not all of them can write what is not finite.
  const value = byText.some((one) => one.what === what) ? { value: finiteNumber } : {};
  const someSamples = fc.array(sampleOf({ timeUnitMs: 1, ...value }), { minLength: 1, maxLength: 4 });

  it('reads series that it knows to what it would read them the first time, broken records too', () => {
    const knowing = make();
    fc.assert(
      fc.property(
        someSamples,
        sampleOf({ timeUnitMs: 1, ...value }),
        damage,
        (samples, { timeMs, value }, breakIt) => {
          const later = encode(samples.map((sample) => ({ ...sample, timeMs, value })));
          for (const bytes of [encode(samples), later, breakIt(later), later]) {
            const { stableLabels: _, ...decoded } = knowing.decode(bytes, testLimits);
            const { stableLabels: __, ...fresh } = make().decode(bytes, testLimits);
            expect(decoded).toEqual(fresh);
          }
        },
      ),
      { numRuns: 400 },
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

  it.each(byText)(
    'stand for one series, each its own, where they are kept by a text: $what',
    ({ make, encode }) => {
      const format = make();
      const read = (samples: readonly Sample[]) => {
        const decoded = format.decode(encode(samples), testLimits);
        expect(decoded.stableLabels).toBe(true);
        return decoded.samples;
      };
      const first = read([up]);
      const again = read([{ ...up, timeMs: 2000, value: 2 }]);
      expect(again.map(({ labels }) => labels)).toEqual(first.map(({ labels }) => labels));
      first.forEach(({ labels }, index) => expect(again[index]?.labels).toBe(labels));
      expect(new Set(first.map(({ labels }) => labels)).size).toBe(first.length);
    },
  );

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
