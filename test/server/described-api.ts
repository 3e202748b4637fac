import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../../src/server/openapi/json-schema.ts';
import type { DocumentedOperation, OpenApiDocument } from '../../src/server/openapi/openapi-document.ts';

/** How an operation is called; what is left out is not sent. */
export interface Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Found {
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentedOperation;
}

/** A running strayd as its own OpenAPI document describes it: each answer is held against the schema of its status. */
export class DescribedApi {
  readonly #url: string;
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  readonly #operations: ReadonlyMap<string, Found>;
  readonly called = new Set<string>();

  constructor(url: string, document: OpenApiDocument) {
    this.#url = url;
    this.#document = document;
    this.#ajv.addVocabulary(['components']);
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#operations = new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(
          ([method, operation]) => [operation.operationId, { method, path, operation }] as const,
        ),
      ),
    );
  }

  static async at(url: string): Promise<DescribedApi> {
    const response = await fetch(`${url}/api/v1/openapi.json`);
    return new DescribedApi(url, (await response.json()) as OpenApiDocument);
  }

  /** Names of all operations. */
  get ids(): string[] {
    return [...this.#operations.keys()];
  }

  /** Calls an operation; rejects with what of the answer is not as described, else resolves with it. */
  async call(
    id: string,
    { path = {}, query = {}, body }: Call = {},
  ): Promise<{ status: number; body: unknown }> {
    const found = this.#operations.get(id);
    if (found === undefined) throw new Error(`${id} is not described`);
    const filled = found.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(path[name] ?? ''),
    );
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${this.#url}${filled}?${new URLSearchParams(query).toString()}`, {
      method: found.method.toUpperCase(),
      ...(body === undefined
        ? {}
        : {
            headers: { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' },
            body: isBytes ? Buffer.from(body) : JSON.stringify(body),
          }),
    });
    this.called.add(id);
    const answer = await this.#held(id, found.operation, response);
    return { status: response.status, body: answer };
  }

  async #held(id: string, { responses }: DocumentedOperation, response: Response): Promise<unknown> {
    const shown = `${id} answers ${response.status}`;
    const named = responses[response.status];
    if (named === undefined) throw new Error(`${shown}, which is not described: ${await response.text()}`);
    const { content = {} } = named.$ref === undefined ? named : this.#referred(named.$ref);
    const type = response.headers.get('content-type') ?? '';
    const [[wanted, { schema }] = ['', { schema: {} }]] = Object.entries(content);
    if (wanted.split(';')[0] !== type.split(';')[0])
      throw new Error(`${shown} of type ${type}, not ${wanted}`);
    // A stream has no end.
    if (type.startsWith('text/event-stream')) return response.body?.cancel();
    if (!type.includes('json')) return response.arrayBuffer();
    const body: unknown = await response.json();
    const validate = this.#validator(schema);
    if (!validate(body)) throw new Error(`${shown}: ${this.#ajv.errorsText(validate.errors)}`);
    return body;
  }

  #referred(reference: string) {
    return this.#document.components.responses[reference.slice(reference.lastIndexOf('/') + 1)] ?? {};
  }

  #validator(schema: JsonSchema): ValidateFunction {
    return this.#ajv.compile(closed({ ...schema, components: this.#document.components }) as object);
  }
}

/** The same with every key that is not named refused: what is answered is all described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = parts['type'] === 'object' && 'properties' in parts && !('additionalProperties' in parts);
  return isOpen ? { ...parts, additionalProperties: false } : parts;
}
