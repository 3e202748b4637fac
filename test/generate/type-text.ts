import type { JsonSchema } from '../../src/server/openapi/json-schema.ts';

/** A schema's type for people, in Markdown: a named one is a link to its heading. */
export function typeText(schema: JsonSchema): string {
  const { $ref, type, anyOf, enum: values, const: only, properties, format } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (anyOf !== undefined) return anyOf.map(typeText).join(' or ');
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (Array.isArray(type)) return type.map((one: string) => typeText({ ...schema, type: one })).join(' or ');
  if (type === 'array') return listText(schema);
  if (properties !== undefined) {
    return `{ ${Object.entries(properties)
      .map(([name, field]) => `\`${name}\`: ${typeText(field)}`)
      .join('; ')} }`;
  }
  if (type === 'object') {
    const { additionalProperties } = schema;
    return typeof additionalProperties === 'object' ? `map to ${typeText(additionalProperties)}` : 'map';
  }
  if (format === 'date-time') return 'time';
  if (type === undefined) return 'anything';
  return `${String(type)}${bounds(schema)}`;
}

function listText({ items, prefixItems }: JsonSchema): string {
  if (prefixItems !== undefined) return `[${prefixItems.map(typeText).join(', ')}]`;
  return typeof items === 'object' ? `list of ${typeText(items)}` : 'list';
}

function bounds({ minimum, maximum, maxLength }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum}…${maximum}`;
  return maxLength === undefined ? '' : `, at most ${maxLength} characters`;
}
