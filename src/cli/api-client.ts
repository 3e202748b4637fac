import { CommandError } from './exit.ts';

/** A running daemon's HTTP API, as the commands use it. */
export interface ApiClient {
  /** Resolves with the body of a 2xx answer; everything else becomes a CommandError that says what to do. */
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown): Promise<unknown>;
}

export interface ApiClientOptions {
  /** Base, e.g. `http://127.0.0.1:9477`. */
  readonly url: string;
  readonly token: string | null;
}

/** Speaks to the daemon at `url`. */
export function apiClient({ url, token }: ApiClientOptions): ApiClient {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };

  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch (error) {
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CommandError(
        `No answer from strayd at ${url} (${cause}). Is "strayd run" up, and --url its address?`,
      );
    }
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new CommandError(`${url} refused: ${problemDetail(answer) ?? `HTTP ${response.status}`}`);
  }

  return {
    get: (path) => request('GET', path),
    post: (path, body) => request('POST', path, body),
  };
}

function problemDetail(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('detail' in answer)) return null;
  return String(answer.detail);
}
