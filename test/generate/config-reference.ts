import type { JsonSchema } from '../../src/config/json-schema.ts';

/** docs/reference/config.md: one table a map of the configuration, in the order of the schema. */
export function configReference(schema: JsonSchema): string {
  const sections: string[] = [];
  addSections(schema, '', sections);
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Configuration reference

Generated from the configuration's schema by \`npm run generate\`; editors read the same from
[config.schema.json](../config.schema.json).

- Unknown keys are errors: \`strayd check\` names the line and what you may have meant.
- Durations are text with units: \`15s\`, \`5m\`, \`1h30m\`, \`28d\` (units y, w, d, h, m, s, ms).
- \`\${NAME}\` in any text is replaced by the environment variable NAME; one that is not set is an error. \`$\${\` is a
  literal \`\${\`.
- Every secret has a \`_file\` twin that names a file holding it.
- Relative paths start at the configuration file's folder.
`;

function addSections(schema: JsonSchema, path: string, sections: string[]): void {
  const required = new Set(schema.required);
  const entries = Object.entries(schema.properties ?? {});
  const rows = entries.map(
    ([key, value]) =>
      `| \`${key}\` | ${cell(typeOf(value))} | ${cell(defaultOf(value, required.has(key)))} | ${cell(value.description ?? '')} |`,
  );
  sections.push(
    [
      `## ${path === '' ? 'Top level' : `\`${path}\``}`,
      '',
      '| key | type | default | meaning |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  );
  for (const [key, value] of entries) {
    for (const { map, suffix } of mapsOf(value))
      addSections(map, `${path === '' ? '' : `${path}.`}${key}${suffix}`, sections);
  }
}

/** The maps that a value may be, or hold as a list's elements. */
function mapsOf(schema: JsonSchema): { map: JsonSchema; suffix: string }[] {
  if (schema.properties) {
    const type = schema.properties['type']?.const;
    return [{ map: schema, suffix: typeof type === 'string' ? ` (type: ${type})` : '' }];
  }
  if (schema.items) return mapsOf(schema.items).map(({ map, suffix }) => ({ map, suffix: `[]${suffix}` }));
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(mapsOf);
}

function typeOf(schema: JsonSchema): string {
  if (typeof schema.const === 'string') return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const kinds = schema.anyOf ?? schema.oneOf;
  if (kinds) return [...new Set(kinds.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'values'}`;
  if (schema.type === 'object') return 'map';
  if (schema.writeOnly === true) return 'secret';
  return [schema.type ?? []]
    .flat()
    .map((type) => TYPES[type] ?? type)
    .join(' or ');
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
};

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return '**required**';
  const value = schema.default;
  if (value === undefined || value === '' || isEmptyMap(value)) return '–';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function isEmptyMap(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

/** Text for a table's cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
