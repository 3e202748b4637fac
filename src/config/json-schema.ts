import { z } from 'zod';
import type { ConfigPath } from './problem.ts';
import { configSchema } from './schema.ts';

/** The parts of a JSON schema that the configuration's own one uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

let made: JsonSchema | null = null;

/** JSON schema (draft 2020-12) of the file as it is written, for editors and for the reference. */
export function configJsonSchema(): JsonSchema {
  made ??= {
    ...(z.toJSONSchema(configSchema, {
      io: 'input',
      override: ({ jsonSchema }) => {
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        // zod drops `examples` of fields that are transformed, as they could be meant for the result.
        if (jsonSchema['forExample'] !== undefined) {
          jsonSchema.examples = jsonSchema['forExample'] as unknown[];
          delete jsonSchema['forExample'];
        }
      },
    }) as JsonSchema),
    title: 'strayd configuration',
  };
  return made;
}

/**
 * The part of the schema for a place in a document. Among several kinds of map the one whose `type` the document names
 * is taken, else the first. `null` for a place that the schema does not know.
 */
export function schemaAt(path: ConfigPath, document: unknown): JsonSchema | null {
  let schema: JsonSchema | undefined = configJsonSchema();
  let value = document;
  for (const part of path) {
    const map: JsonSchema | undefined = schema && mapSchema(schema, value);
    schema = typeof part === 'number' ? schema && itemSchema(schema) : map?.properties?.[part];
    value = member(value, part);
  }
  return schema ?? null;
}

/** The kind of map among a schema's alternatives that fits the value's `type`. */
export function mapSchema(schema: JsonSchema, value: unknown): JsonSchema | undefined {
  const kinds = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter((kind) => kind.properties);
  return kinds.find((kind) => kind.properties?.['type']?.const === member(value, 'type')) ?? kinds[0];
}

/** Of the elements, where a value may be a list. */
function itemSchema(schema: JsonSchema): JsonSchema | undefined {
  return [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].find(({ items }) => items !== undefined)
    ?.items;
}

function member(value: unknown, part: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, unknown>)[part];
}
