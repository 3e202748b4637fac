import { setTimeout as pause } from 'node:timers/promises';
import { AvroError } from './formats/avro-cursor.ts';
import { AvroSchemas } from './formats/avro-schema.ts';
import type { KnownSchema, SchemaSource } from './formats/avro.ts';
import { isJsonObject } from './formats/json-path.ts';
import { reject, show } from './formats/rejecting.ts';
import type { FormatWait } from './formats/sample-format.ts';

export interface SchemaRegistryOptions {
  /** Of the registry, with or without a path. */
  readonly url: string;
  /** Value of the `Authorization` header; `null`: none is sent. */
  readonly authorization: string | null;
  /** First and longest wait between attempts, ms; 500 and 10 000 if left out. */
  readonly retryMs?: readonly [first: number, last: number];
}

/** A schema as the registry tells it; those that it refers to come first. */
interface RegisteredSchema {
  readonly text: string;
  readonly type: string;
  readonly references: readonly { readonly subject: string; readonly version: number }[];
}

const MOST_SCHEMAS = 1_000;
const MOST_REFERENCES = 100;
const LARGEST_ANSWER_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;
const RETRY_MS = [500, 10_000] as const;
/* A schema that is registered after its first record: asked for again so much later. */
const ABSENT_FOR_MS = 60_000;
const ACCEPT = 'application/vnd.schemaregistry.v1+json, application/json';

/**
 * Avro schemas of a Confluent-compatible registry (also Apicurio, Karapace, Redpanda), each fetched once and kept. A registry that is
 * down or refuses the log-in is tried again for ever; only a schema that it does not have is a record's own fault.
 */
export class SchemaRegistry implements SchemaSource {
  readonly #options: SchemaRegistryOptions;
  readonly #known = new Map<number, KnownSchema>();

  constructor(options: SchemaRegistryOptions) {
    this.#options = options;
  }

  schema(id: number): KnownSchema | undefined {
    return this.#known.get(id);
  }

  async learn(ids: ReadonlySet<number>, wait: FormatWait): Promise<void> {
    for (const id of ids) {
      if (!this.#known.has(id)) await this.#learnOne(id, wait);
    }
  }

  async #learnOne(id: number, wait: FormatWait): Promise<void> {
    const [firstMs, lastMs] = this.#options.retryMs ?? RETRY_MS;
    let told: string | null = null;
    for (let waitMs = firstMs; !wait.signal.aborted; waitMs = Math.min(2 * waitMs, lastMs)) {
      try {
        this.#keep(id, await this.#fetchSchema(id, wait.signal));
        if (told !== null) wait.trouble(null);
        return;
      } catch (error) {
        if (wait.signal.aborted) return;
        const why = error instanceof Error ? reasonOf(error) : String(error);
        const message = `Schema registry ${this.#options.url}: ${why}`;
        if (message !== told) wait.trouble(message);
        told = message;
        await pause(waitMs, undefined, { signal: wait.signal }).catch(() => undefined);
      }
    }
  }

  #keep(id: number, schema: KnownSchema): void {
    this.#known.set(id, schema);
    const oldest = this.#known.size > MOST_SCHEMAS ? this.#known.keys().next() : null;
    if (oldest?.done === false) this.#known.delete(oldest.value);
    if ('problem' in schema && schema.problem.reason === 'unknown_schema') {
      setTimeout(() => this.#known.delete(id), ABSENT_FOR_MS).unref();
    }
  }

  async #fetchSchema(id: number, signal: AbortSignal): Promise<KnownSchema> {
    const registered = await this.#ask(`schemas/ids/${id}`, signal);
    if (registered === null) {
      return { problem: reject('unknown_schema', `the registry does not know schema ${id}`) };
    }
    if (registered.type !== 'AVRO') {
      return { problem: reject('bad_schema', `schema ${id} is ${registered.type}, AVRO is expected`) };
    }
    const schemas = new AvroSchemas();
    try {
      await this.#readReferences(registered, { schemas, signal, seen: new Set() });
      return { read: schemas.read(registered.text) };
    } catch (error) {
      if (!(error instanceof AvroError)) throw error;
      return { problem: reject('bad_schema', `schema ${id}: ${error.message}`) };
    }
  }

  async #readReferences(
    { references }: RegisteredSchema,
    into: { readonly schemas: AvroSchemas; readonly signal: AbortSignal; readonly seen: Set<string> },
  ): Promise<void> {
    for (const { subject, version } of references) {
      const path = `subjects/${encodeURIComponent(subject)}/versions/${version}`;
      if (into.seen.has(path)) continue;
      into.seen.add(path);
      if (into.seen.size > MOST_REFERENCES)
        throw new AvroError(`it refers to over ${MOST_REFERENCES} others`);
      const referred = await this.#ask(path, into.signal);
      if (referred === null) throw new AvroError(`it refers to ${path}, which the registry does not know`);
      await this.#readReferences(referred, into);
      into.schemas.read(referred.text);
    }
  }

  /** `null` if the registry says that there is none. */
  async #ask(path: string, signal: AbortSignal): Promise<RegisteredSchema | null> {
    const { url, authorization } = this.#options;
    const address = new URL(path, url.endsWith('/') ? url : `${url}/`);
    const headers = { accept: ACCEPT, ...(authorization !== null && { authorization }) };
    // Not by AbortSignal.any and .timeout, which Node 20 may collect as garbage while the request waits.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error('no answer in time')), TIMEOUT_MS);
    signal.addEventListener('abort', () => limit.abort(signal.reason), { signal: limit.signal });
    try {
      const response = await fetch(address, { headers, signal: limit.signal });
      return answerOf(response, await boundedText(response));
    } finally {
      clearTimeout(timer);
      // Lets go of the listener.
      limit.abort();
    }
  }
}

/* `null` for what the registry does not have. */
const answerOf = (response: Response, body: string): RegisteredSchema | null => {
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`answered ${response.status} ${show(body)}`);
  return registeredSchema(body);
};
/* "fetch failed" alone says nothing; its cause does. */
const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message : error.message;

const boundedText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > LARGEST_ANSWER_BYTES) {
      throw new Error(`its answer is larger than ${LARGEST_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const registeredSchema = (body: string): RegisteredSchema => {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new Error(`answered no JSON: ${show(body)}; is the address a schema registry's?`);
  }
  if (!isJsonObject(answer) || typeof answer['schema'] !== 'string') {
    throw new Error(`answered no schema: ${show(answer)}; is the address a schema registry's?`);
  }
  const { schema, schemaType = 'AVRO', references = [] } = answer;
  const listed: readonly unknown[] = Array.isArray(references) ? references : [];
  return {
    text: schema,
    type: String(schemaType),
    references: listed.filter(isJsonObject).map(({ subject, version }) => ({
      subject: String(subject),
      version: Number(version),
    })),
  };
};
