import { z } from 'zod';

/** The parts of a JSON schema that the API's own ones use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** What the requests of a route are checked by (draft 7, as fastify's validator has it): complete in itself. */
export function requestSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7', override: plain });
}

/**
 * The schema for the OpenAPI document (draft 2020-12). What has a name of its own goes to `components` and is referred to.
 * Answers may get more keys later, so that none is excluded.
 */
export function documentSchema(schema: z.ZodType, components: Record<string, JsonSchema>): JsonSchema {
  const wrapped = z.toJSONSchema(z.object({ wanted: schema }), { io: 'input', override: plain });
  const { properties, $defs = {} } = JSON.parse(
    JSON.stringify(wrapped).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as { properties: { wanted: JsonSchema }; $defs?: Record<string, JsonSchema> };
  Object.assign(components, $defs);
  return properties.wanted;
}

/** Without what zod says and no reader of a schema needs: that an answer can't be written to, and the range of whole numbers. */
function plain({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  delete jsonSchema.readOnly;
  delete jsonSchema['id'];
  delete jsonSchema.propertyNames;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
