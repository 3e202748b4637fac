import { CommandError, EXIT } from './exit.ts';

const TIMEOUT_MS = 30_000;

/** A running daemon's HTTP API, as the commands use it. */
export interface ApiClient {
  /** Resolves with the body of a 2xx answer; everything else becomes a CommandError that says what to do. */
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown): Promise<unknown>;
  remove(path: string): Promise<unknown>;
  /** The bytes of a 2xx answer. */
  download(path: string): Promise<Uint8Array>;
  upload(path: string, bytes: Uint8Array): Promise<unknown>;
}

export interface ApiClientOptions {
  /** Base, e.g. `http://127.0.0.1:9477`. */
  readonly url: string;
  readonly token: string | null;
}

/** Speaks to the daemon at `url`. */
export function apiClient({ url, token }: ApiClientOptions): ApiClient {
  if (token !== null && /\s/.test(token)) {
    throw new CommandError(
      'The token holds a space or a line break; the file must have the token alone.',
      EXIT.wrongUse,
    );
  }
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };

  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': typeOf(body) },
        ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CommandError(
        `No answer from strayd at ${url} (${cause}). Is "strayd run" up, and --url its address?`,
      );
    }
    if (response.ok) return response;
    if (response.status === 401) throw new CommandError(unauthorized(url, token));
    const answer: unknown = await response.json().catch(() => null);
    throw new CommandError(
      `${url} refused: ${problemDetail(answer) ?? `HTTP ${response.status}`}`,
      // What was named is not there: as if the command had been asked beside the store.
      response.status === 404 ? EXIT.wrongUse : EXIT.failed,
    );
  }

  return {
    get: async (path) => json(await request('GET', path)),
    post: async (path, body) => json(await request('POST', path, body)),
    remove: async (path) => json(await request('DELETE', path)),
    download: async (path) => new Uint8Array(await (await request('GET', path)).arrayBuffer()),
    upload: async (path, bytes) => json(await request('POST', path, bytes)),
  };
}

function unauthorized(url: string, token: string | null): string {
  return token === null
    ? `${url} wants a token: pass --token-file FILE with its server.token.`
    : `${url} refused the token: it is not its server.token.`;
}

function typeOf(body: unknown): string {
  return body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${response.url} does not answer as strayd does; is --url its address?`);
  }
}

/** Where the daemon names a command it names the route too, for those who came by it: at a terminal that is no help. */
const ROUTE = / \([A-Z]+ \/api\/v1\/[^)]*\)/g;

function problemDetail(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('detail' in answer)) return null;
  return String(answer.detail).replace(ROUTE, '');
}
