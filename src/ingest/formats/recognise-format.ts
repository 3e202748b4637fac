import { isUtf8 } from 'node:buffer';
import { schemaIdOf } from './avro.ts';
import { sampleFormat, type FormatChoice } from './format-registry.ts';
import { parseJson } from './parse-json.ts';
import { proposeJsonMapping } from './propose-json-mapping.ts';
import type { DecodeLimits, SampleFormat } from './sample-format.ts';

/** How a format did on some records. */
export interface FormatTrial {
  readonly choice: FormatChoice;
  /** Records that gave samples and no reject. */
  readonly whole: number;
  readonly samples: number;
  readonly rejects: number;
}

/** What a topic's records are, as far as could be found out; `choice` is `null` if no format reads half of them. */
export interface RecognisedFormat {
  readonly choice: FormatChoice | null;
  /** Records tried. */
  readonly records: number;
  /** All formats tried, the best one first. */
  readonly trials: readonly FormatTrial[];
  /** Ids of schemas if most of them begin as Avro of a schema registry does, which can't be tried without it; else empty. */
  readonly avroSchemas: readonly number[];
}

/** Where two formats read the same records equally well, the earlier one tells more of what they are. */
const CANDIDATES: readonly FormatChoice[] = [
  { format: 'prometheus_json' },
  { format: 'otlp' },
  { format: 'remote_write' },
  { format: 'influx' },
];

/** Tries every format on the records' values, JSON by a mapping that is proposed from their shape, and takes the one that reads most of them whole. */
export function recogniseFormat(values: readonly Uint8Array[], limits: DecodeLimits): RecognisedFormat {
  const parsed = values.map((value) => (isUtf8(value) ? parseJson(value) : undefined));
  const mapping = proposeJsonMapping(parsed.filter((one) => one !== undefined));
  const candidates =
    mapping === null ? CANDIDATES : [...CANDIDATES, { format: 'json' as const, json: mapping }];
  const trials = candidates
    .map((choice) => ({ choice, ...tryFormat(sampleFormat(choice), values, limits) }))
    .sort((a, b) => b.whole - a.whole || a.rejects - b.rejects);
  const [best] = trials;
  const isGood = best !== undefined && best.whole > 0 && best.whole >= values.length / 2;
  const ids = values.map(schemaIdOf).filter((id) => id !== null);
  const avroSchemas = !isGood && ids.length > values.length / 2 ? [...new Set(ids)] : [];
  return { choice: isGood ? best.choice : null, records: values.length, trials, avroSchemas };
}

/** Decodes the values and counts what came of them. */
export function tryFormat(
  format: SampleFormat,
  values: readonly Uint8Array[],
  limits: DecodeLimits,
): Omit<FormatTrial, 'choice'> {
  let [whole, samples, rejects] = [0, 0, 0];
  for (const value of values) {
    const decoded = format.decode(value, limits);
    samples += decoded.samples.length;
    rejects += decoded.rejects.length;
    if (decoded.samples.length > 0 && decoded.rejects.length === 0) whole += 1;
  }
  return { whole, samples, rejects };
}
