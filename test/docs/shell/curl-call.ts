import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../../../src/server/openapi/json-schema.ts';
import type { DocumentedOperation, OpenApiDocument } from '../../../src/server/openapi/openapi-document.ts';

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  readonly type: string | null;
}

/** What strayd's API would not take of a `curl` call, by its OpenAPI document; `null` if it would. Others' addresses are theirs. */
export function curlComplaint(words: readonly string[], document: OpenApiDocument): string | null {
  const call = readCall(words);
  if (typeof call === 'string') return call;
  const own = /^(?:http:\/\/(?:127\.0\.0\.1|localhost):9477|…)(\/[^?]*)(?:\?(.*))?$/.exec(call.url);
  if (own === null) return /^https?:\/\//.test(call.url) ? null : `${call.url} is no address`;
  const [, path = '', query = ''] = own;
  const found = operationAt(document, path)?.[call.method.toLowerCase()];
  if (found === undefined) return `there is no ${call.method} ${path}`;
  return queryComplaint(found, new URLSearchParams(query)) ?? bodyComplaint(found, call, document);
}

const WITH_VALUE = new Set(['X', 'H', 'd', 'o']);

function readCall(words: readonly string[]): Call | string {
  const given: Record<string, string[]> = {};
  const urls: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--data-binary') given['d'] = [words[++index] ?? ''];
    else if (word.startsWith('--')) return `${word} is not known to this test`;
    else if (!word.startsWith('-')) urls.push(word);
    else {
      for (const flag of word.slice(1)) {
        if (!/[sNfXHdoS]/.test(flag)) return `-${flag} is not known to this test`;
        if (WITH_VALUE.has(flag)) (given[flag] ??= []).push(words[++index] ?? '');
      }
    }
  }
  const [url = '', ...more] = urls;
  if (url === '' || more.length > 0) return `one address is wanted, not ${urls.length}`;
  const body = given['d']?.[0] ?? null;
  const type = given['H']?.map((header) => /^content-type: (.*)$/i.exec(header)?.[1]).find(Boolean) ?? null;
  return { method: given['X']?.[0] ?? (body === null ? 'GET' : 'POST'), url, body, type };
}

function operationAt({ paths }: OpenApiDocument, path: string) {
  // A name as it is before one that is filled in.
  return Object.entries(paths)
    .filter(([pattern]) => new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .sort(([a], [b]) => a.split('{').length - b.split('{').length)[0]?.[1];
}

function queryComplaint({ parameters = [] }: DocumentedOperation, query: URLSearchParams): string | null {
  for (const [name, value] of query) {
    const parameter = parameters.find((one) => one.in === 'query' && one.name === name);
    if (parameter === undefined) return `it takes no ${name}`;
    const fault = faultOf(parameter.schema, parameter.schema.type === 'integer' ? Number(value) : value);
    if (fault !== null) return `${name} ${fault}`;
  }
  const missing = parameters.find((one) => one.in === 'query' && one.required && !query.has(one.name));
  return missing === undefined ? null : `${missing.name} is missing`;
}

function bodyComplaint(
  { requestBody }: DocumentedOperation,
  { body, type }: Call,
  document: OpenApiDocument,
): string | null {
  if (requestBody === undefined) return body === null ? null : 'it takes no body';
  if (body === null) return requestBody.required ? 'it wants a body' : null;
  const content = requestBody.content[type ?? ''];
  if (content === undefined)
    return `it wants the header content-type: ${Object.keys(requestBody.content).join()}`;
  if (body.startsWith('@') || type !== 'application/json') return null;
  return faultOf({ ...content.schema, components: document.components } as JsonSchema, JSON.parse(body));
}

function faultOf(schema: JsonSchema, value: unknown): string | null {
  const ajv = new Ajv2020();
  ajv.addVocabulary(['components']);
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  const validate = ajv.compile(schema as object);
  return validate(value) ? null : ajv.errorsText(validate.errors);
}
