import { SchemaRegistry, type SchemaRegistryOptions } from '../schema-registry.ts';
import { avro, readAvro, schemaIdOf } from './avro.ts';
import { firstTrouble } from './first-trouble.ts';
import { proposeJsonMapping } from './propose-json-mapping.ts';
import { tryFormat, type RecognisedFormat } from './recognise-format.ts';
import type { DecodeLimits } from './sample-format.ts';

/** Where to look, and within what bounds. */
export interface AvroLook {
  readonly registry: SchemaRegistryOptions;
  readonly limits: DecodeLimits;
}

/**
 * Reads records that look like Avro by the schemas of a registry, and proposes a mapping from what is in them. `trouble` tells why they
 * can't be read: the registry, which is asked once, a schema, or their shape.
 */
export async function recogniseAvro(
  found: RecognisedFormat,
  values: readonly Uint8Array[],
  { registry, limits }: AvroLook,
): Promise<{ readonly format: RecognisedFormat; readonly trouble: string | null }> {
  const schemas = new SchemaRegistry(registry);
  const ids = new Set(values.map(schemaIdOf).filter((id) => id !== null));
  const trouble = await firstTrouble((wait) => schemas.learn(ids, wait));
  if (trouble !== null) return { format: found, trouble };
  const read = values.map((value) => readAvro(value, schemas));
  const mapping = proposeJsonMapping(read.flatMap((one) => ('value' in one ? [one.value] : [])));
  if (mapping === null) {
    const problem = read.find((one) => 'problem' in one)?.problem.detail;
    return {
      format: found,
      trouble: problem ?? 'their records have no time that could be told, or no number',
    };
  }
  const choice = { format: 'avro' as const, avro: mapping, registry };
  const trial = { choice, ...tryFormat(avro(mapping, schemas), values, limits) };
  const isGood = trial.whole > 0 && trial.whole >= values.length / 2;
  const trials = [trial, ...found.trials];
  return isGood
    ? { format: { ...found, choice, trials }, trouble: null }
    : { format: { ...found, trials }, trouble: 'of less than half of their records samples could be made' };
}
