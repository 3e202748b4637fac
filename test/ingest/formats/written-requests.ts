import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import protobuf from 'protobufjs';
import type { Sample } from '../../../src/core/sample.ts';

/** Remote write requests encoded by Prometheus' own protocol files. */
const folder = resolve(import.meta.dirname, '../../fixtures/protocols/prometheus');

const load = (files: readonly string[]): protobuf.Root => {
  const root = new protobuf.Root();
  // gogoproto's options change Go's code, not the bytes: the import is left out.
  for (const file of files) protobuf.parse(readFileSync(resolve(folder, file), 'utf8'), root);
  root.resolveAll();
  return root;
};

/** A request of version 1.0, as the protocol files have it. */
export const writeRequestType = load(['types.proto', 'remote.proto']).lookupType('prometheus.WriteRequest');
const second = load(['write-v2.proto']).lookupType('io.prometheus.write.v2.Request');

const encode = (type: protobuf.Type, message: object): Uint8Array => {
  const problem = type.verify(message);
  if (problem !== null) throw new Error(problem);
  return type.encode(type.fromObject(message)).finish();
};

const sorted = ({ metric, labels }: Sample): [string, string][] =>
  Object.entries({ __name__: metric, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1));

/** What a request may hold beside samples. */
export interface Extras {
  readonly histograms?: readonly object[];
  readonly metadata?: readonly object[];
}

/** A request of version 1.0; each sample is a series of its own. */
export const writeRequest1 = (
  samples: readonly Sample[],
  { histograms = [], metadata = [] }: Extras = {},
): Uint8Array =>
  encode(writeRequestType, {
    timeseries: samples.map((sample) => ({
      labels: sorted(sample).map(([name, value]) => ({ name, value })),
      samples: [{ value: sample.value, timestamp: sample.timeMs }],
      histograms,
      exemplars: [{ labels: [{ name: 'trace_id', value: 'x' }], value: 1, timestamp: 1 }],
    })),
    metadata,
  });

/** The same in version 2.0, where labels are references into a table of symbols. */
export const writeRequest2 = (samples: readonly Sample[], { histograms = [] }: Extras = {}): Uint8Array => {
  const symbols = [''];
  const reference = (text: string): number => {
    const known = symbols.indexOf(text);
    return known < 0 ? symbols.push(text) - 1 : known;
  };
  const timeseries = samples.map((sample) => ({
    labelsRefs: sorted(sample).flatMap((pair) => pair.map(reference)),
    samples: [{ value: sample.value, timestamp: sample.timeMs }],
    histograms,
    metadata: { type: 1, helpRef: reference('help'), unitRef: 0 },
  }));
  return encode(second, { symbols, timeseries });
};
