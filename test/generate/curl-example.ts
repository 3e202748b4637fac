import type { JsonSchema } from '../../src/server/openapi/json-schema.ts';
import type { DocumentedOperation, OpenApiDocument } from '../../src/server/openapi/openapi-document.ts';

const BASE = 'http://127.0.0.1:9477';

interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
}

/** A call as one types it, of the examples in the document. */
export function curlExample(document: OpenApiDocument, { path, method, operation }: Route): string {
  const { parameters = [], requestBody, responses } = operation;
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path);
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.example !== undefined)
    .map(({ name, example }) => `${name}=${String(example)}`)
    .join('&');
  const url = query === '' ? `${BASE}${filled}` : `'${BASE}${filled}?${query}'`;
  const [answerType = ''] = Object.keys(Object.values(responses)[0]?.content ?? {});
  const flags =
    answerType === 'text/event-stream'
      ? '-sN'
      : answerType === 'application/octet-stream'
        ? '-so model.bin'
        : '-s';
  const [bodyType, { schema = {} } = {}] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`;
  const call = `curl ${flags}${verb} ${url}`;
  if (bodyType === undefined) return call;
  const header = `-H 'content-type: ${bodyType}'`;
  if (bodyType !== 'application/json') return `${call} ${header} --data-binary @model.bin`;
  const example = JSON.stringify(resolve(document, schema).examples?.[0] ?? {});
  return `${call} ${header} -d '${example}'`;
}

function resolve({ components }: OpenApiDocument, schema: JsonSchema): JsonSchema {
  const named = schema.anyOf?.[0] ?? schema;
  const name = named.$ref?.slice(named.$ref.lastIndexOf('/') + 1) ?? '';
  return components.schemas[name] ?? named;
}
