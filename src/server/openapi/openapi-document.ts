import type { z } from 'zod';
import { documentSchema, type JsonSchema } from './json-schema.ts';
import { TAGS, type Answer, type Operation } from './operation.ts';
import { problemSchema } from './problem-schema.ts';

/** A route of the server with what is said of it. `url` as fastify has it, `/api/v1/alerts/:id`. */
export interface DescribedRoute {
  readonly method: string;
  readonly url: string;
  readonly operation: Operation;
}

/** One parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** An answer in the document: written out, or by reference. */
export interface DocumentedAnswer {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Content;
}

/** An operation as the document has it. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
  readonly security?: readonly object[];
}

/** The parts of an OpenAPI 3.1 document that strayd's has. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, DocumentedAnswer>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

const DESCRIPTION =
  'What strayd knows, and what people tell it. Times are RFC 3339 where nothing else is said. A request with a key that is not known is ' +
  'refused. What goes wrong is answered as `application/problem+json` (RFC 9457), and `detail` says what to send instead.';

/** Refusals that are the same everywhere, under `components.responses`. */
const REFUSALS = {
  Invalid: 'The request is not valid; `detail` says what to send.',
  Unauthorized: 'A token is wanted: `Authorization: Bearer <server.token>`.',
  ForeignSite: 'The request comes from a page of another site.',
  TooLarge: 'The body is larger than it may be.',
  WrongType: 'The body has another content type.',
  OtherHost:
    'Without a token: the host named is neither an address, `localhost` nor that of `server.external_url`.',
} as const;

/** The API as an OpenAPI 3.1 document, in the order of the routes. */
export function openApiDocument(routes: readonly DescribedRoute[]): OpenApiDocument {
  const schemas: Record<string, JsonSchema> = {};
  const problem = documentSchema(problemSchema, schemas);
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  for (const { method, url, operation } of routes) {
    const path = url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: documented({ method, url, operation }, schemas, problem),
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'strayd', version: '1', description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    // On loopback no token is asked for.
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([name, text]) => [name, refusal(text, problem)]),
      ),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The `server.token`.' } },
    },
  };
}

function documented(
  { method, operation }: DescribedRoute,
  schemas: Record<string, JsonSchema>,
  problem: JsonSchema,
): DocumentedOperation {
  const { id, tag, summary, text, path, query, body, bodyType, open = false } = operation;
  const parameters = [...parametersOf('path', path, schemas), ...parametersOf('query', query, schemas)];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(text === undefined ? {} : { description: text }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(null).success,
            content: { 'application/json': { schema: documentSchema(body, schemas) } },
          },
        }),
    ...(bodyType === undefined ? {} : { requestBody: { required: true, content: bytes(bodyType) } }),
    responses: {
      ...Object.fromEntries(operation.answers.map((one) => [one.status ?? 200, answer(one, schemas)])),
      ...(open ? {} : refusals(method, body ?? bodyType)),
      ...Object.fromEntries(
        Object.entries(operation.problems ?? {}).map(([status, why]) => [status, refusal(why, problem)]),
      ),
    },
    ...(open ? { security: [] } : {}),
  };
}

/** What the server refuses before a route sees it. */
function refusals(method: string, body: unknown): Record<string, DocumentedAnswer> {
  const named = (name: keyof typeof REFUSALS) => ({ $ref: `#/components/responses/${name}` });
  return {
    400: named('Invalid'),
    401: named('Unauthorized'),
    ...(method === 'GET' ? {} : { 403: named('ForeignSite') }),
    ...(body === undefined ? {} : { 413: named('TooLarge'), 415: named('WrongType') }),
    421: named('OtherHost'),
  };
}

function refusal(description: string, schema: JsonSchema): DocumentedAnswer {
  return { description, content: { 'application/problem+json': { schema } } };
}

function answer({ text, schema, type }: Answer, schemas: Record<string, JsonSchema>): DocumentedAnswer {
  const content =
    schema === undefined
      ? type === undefined
        ? undefined
        : bytes(type)
      : { 'application/json': { schema: documentSchema(schema, schemas) } };
  return { description: text, ...(content === undefined ? {} : { content }) };
}

/** Content that JSON schema says nothing of. */
function bytes(type: string): Content {
  return { [type]: { schema: type.startsWith('text/') ? { type: 'string' } : {} } };
}

function parametersOf(
  place: Parameter['in'],
  object: z.ZodObject | undefined,
  schemas: Record<string, JsonSchema>,
): Parameter[] {
  if (object === undefined) return [];
  const { properties = {}, required = [] } = documentSchema(object, schemas);
  return Object.entries(properties).map(([name, { description, examples, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(examples === undefined ? {} : { example: examples[0] }),
  }));
}
