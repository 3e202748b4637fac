import type { JsonSchema } from '../../src/server/openapi/json-schema.ts';
import type {
  DocumentedAnswer,
  DocumentedOperation,
  OpenApiDocument,
  Parameter,
} from '../../src/server/openapi/openapi-document.ts';
import { curlExample } from './curl-example.ts';
import { typeText } from './type-text.ts';

/** `docs/reference/api.md`: every route with an example, then every shape, from the OpenAPI document. */
export function apiReference(document: OpenApiDocument): string {
  const sections = document.tags.map(({ name, description }) =>
    [`## ${capital(name)}`, description, ...operationsOf(document, name)].join('\n\n'),
  );
  const shapes = Object.entries(document.components.schemas).map(([name, schema]) =>
    [`### ${name}`, schema.description ?? '', shape(schema)].join('\n\n'),
  );
  return `# HTTP API

Written by \`npm run generate\` from the routes themselves; [as OpenAPI 3.1](../openapi.json), which a running strayd serves as \`/api/v1/openapi.json\`.

${document.info.description}

Beyond loopback every call wants the token, the probes excepted: add \`-H "authorization: Bearer $(cat FILE)"\` to the examples, with \`server.token\` in \`FILE\`.
A browser changes something only from strayd's own page. Refused everywhere: ${refusals(document)}.

${sections.join('\n\n')}

## Shapes

${shapes.join('\n\n')}
`;
}

function operationsOf(document: OpenApiDocument, tag: string): string[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, operation]) => section(document, { path, method, operation })),
  );
}

interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
}

function section(document: OpenApiDocument, route: Route): string {
  const { path, method, operation } = route;
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return [
    `### ${summary}`,
    `\`${method.toUpperCase()} ${path}\``,
    ...(description === undefined ? [] : [description]),
    ['```sh', curlExample(document, route), '```'].join('\n'),
    ...(parameters.length === 0 ? [] : [parameterTable(parameters)]),
    ...(body === undefined
      ? []
      : [`Body${requestBody?.required === false ? ', optional' : ''}: ${typeText(body)}.`]),
    answerTable(responses),
  ].join('\n\n');
}

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) => {
    const needed = place === 'path' ? 'path' : required ? 'query, required' : 'query';
    return `| \`${name}\` | ${needed} | ${typeText(schema)} | ${cell(description)} |`;
  });
  return ['| parameter | in | type | what |', '|---|---|---|---|', ...rows].join('\n');
}

function answerTable(responses: Readonly<Record<string, DocumentedAnswer>>): string {
  const rows = Object.entries(responses)
    .filter(([, { $ref }]) => $ref === undefined)
    .map(([status, { description = '', content = {} }]) => {
      const [[type, { schema }] = ['', { schema: {} as JsonSchema }]] = Object.entries(content);
      const shown = type === 'application/json' ? typeText(schema) : type === '' ? '' : `\`${type}\``;
      return `| ${status} | ${shown} | ${cell(description)} |`;
    });
  return ['| status | answer | when |', '|---|---|---|', ...rows].join('\n');
}

function refusals({ paths, components }: OpenApiDocument): string {
  const all = Object.values(paths).flatMap((path) => Object.values(path).map(({ responses }) => responses));
  const named = new Map(
    all.flatMap((responses) =>
      Object.entries(responses).map(([status, { $ref }]) => [$ref, status] as const),
    ),
  );
  return Object.entries(components.responses)
    .map(([name, { description = '' }]) => {
      const status = named.get(`#/components/responses/${name}`) ?? '';
      return `${status} ${lower(description).replace(/\.$/, '')}`;
    })
    .join('; ');
}

function shape(schema: JsonSchema): string {
  if (schema.properties === undefined) return `${capital(typeText(schema))}.`;
  const { required = [] } = schema;
  const rows = Object.entries(schema.properties).map(([name, field]) => {
    const maybe = required.includes(name) ? '' : ' (optional)';
    return `| \`${name}\`${maybe} | ${typeText(field)} | ${cell(field.description ?? '')} |`;
  });
  return ['| key | type | what |', '|---|---|---|', ...rows].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
