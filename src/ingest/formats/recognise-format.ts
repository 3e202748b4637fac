import { isUtf8 } from 'node:buffer';
import { schemaIdOf } from './avro.ts';
import { sampleFormat, type FormatChoice } from './format-registry.ts';
import { parseJson } from './parse-json.ts';
import { proposeJsonMapping } from './propose-json-mapping.ts';
import type { DecodeLimits } from './sample-format.ts';

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
  /** Most of them begin as Avro of a schema registry does, which can't be tried without it. */
  readonly looksLikeAvro: boolean;
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
    .map((choice) => trialOf(choice, values, limits))
    .sort((a, b) => b.whole - a.whole || a.rejects - b.rejects);
  const [best] = trials;
  const isGood = best !== undefined && best.whole > 0 && best.whole >= values.length / 2;
  const framed = values.filter((value) => schemaIdOf(value) !== null).length;
  const looksLikeAvro = !isGood && framed > values.length / 2;
  return { choice: isGood ? best.choice : null, records: values.length, trials, looksLikeAvro };
}

function trialOf(choice: FormatChoice, values: readonly Uint8Array[], limits: DecodeLimits): FormatTrial {
  const format = sampleFormat(choice);
  let [whole, samples, rejects] = [0, 0, 0];
  for (const value of values) {
    const decoded = format.decode(value, limits);
    samples += decoded.samples.length;
    rejects += decoded.rejects.length;
    if (decoded.samples.length > 0 && decoded.rejects.length === 0) whole += 1;
  }
  return { choice, whole, samples, rejects };
}
