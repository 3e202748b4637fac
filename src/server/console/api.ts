import { readToken } from './token.ts';

/** The daemon asks for a token, or refused the one that was sent. */
export class TokenNeeded extends Error {
  constructor() {
    super('strayd asks for a token.');
    this.name = 'TokenNeeded';
  }
}

/** The daemon refused what was sent; `errors` says where in it, if it does. */
export class RequestRefused extends Error {
  readonly errors: readonly unknown[];

  constructor(message: string, errors: readonly unknown[]) {
    super(message);
    this.name = 'RequestRefused';
    this.errors = errors;
  }
}

/** A request that is more than reading. */
export interface Change {
  readonly method?: 'POST' | 'DELETE';
  readonly path: string;
  /** Of a POST; absent: an empty object. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Answer to a GET as JSON. Throws `TokenNeeded`, or an `Error` that says what went wrong in words for people. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answer(await send(path, { ...(signal === undefined ? {} : { signal }) }))) as T;
}

/** Changes something by a POST of JSON, or takes something away. Throws as {@link read} does, and `RequestRefused`. */
export async function change<T>({ method = 'POST', path, body = {}, signal }: Change): Promise<T> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const init = { method, ...(method === 'POST' ? json : {}), ...(signal === undefined ? {} : { signal }) };
  return (await answer(await send(path, init))) as T;
}

/** The open answer to a GET that goes on, as events do. Throws as {@link read} does. */
export async function follow(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await send(path, { signal });
  if (!response.ok || response.body === null) {
    await answer(response);
    throw new Error(`${path} sent nothing.`);
  }
  return response.body;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const token = readToken();
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, cache: 'no-store' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Error('strayd does not answer: is it running, and can this browser reach it?', {
      cause: error,
    });
  }
  if (response.status === 401) throw new TokenNeeded();
  return response;
}

async function answer(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : '';
  throw new RequestRefused(
    detail === '' ? `strayd answered HTTP ${response.status}.` : detail,
    typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors)
      ? body.errors
      : [],
  );
}
