import type { SendOutcome } from './channel.ts';
import { cutText } from './cut-text.ts';
import { oneLine } from './one-line.ts';
import { longestRetryAfterMs } from './retry-schedule.ts';
import { decoded, withoutSecrets } from './url-secrets.ts';
import { withinTime } from './within-time.ts';

export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What of the request must not be shown, should the receiver throw it back. */
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
  /** For a Retry-After that is a date. */
  readonly nowMs: number;
}

/** So much of an answer is read at most; the rest is cut off with the connection. */
const answerBytesRead = 4096;
const answerCharsShown = 200;
/** Statuses below 500 that say "later", not "never". */
const retriedStatuses: readonly number[] = [408, 425, 429];

/** The first bytes of an answer as one line of printable text without secrets; empty if they can't be had. */
async function readStart(response: Response, secrets: readonly string[]): Promise<string> {
  if (response.body === null) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < answerBytesRead) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
    }
    await reader.cancel();
  } catch {
    // The status has been told already: a cut-off answer adds nothing to it.
  }
  const text = Buffer.concat(chunks).subarray(0, answerBytesRead).toString('utf8');
  // Where the reading broke off there may stand half a secret.
  const longest = Math.max(0, ...secrets.map((secret) => secret.length));
  const whole = size < answerBytesRead ? text : text.slice(0, Math.max(0, text.length - longest));
  return cutText(oneLine(withoutSecrets(whole, secrets)), answerCharsShown + 1);
}

/** RFC 9110 §10.2.3: seconds or a date; `null` if neither. */
function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const delayMs = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.min(Math.max(0, delayMs), longestRetryAfterMs);
}

function networkError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? `${cause.code} ` : '';
  return cause.message.startsWith(code.trim()) && code !== '' ? cause.message : `${code}${cause.message}`;
}

async function judge(response: Response, place: string, post: HttpPost): Promise<SendOutcome> {
  const { status } = response;
  const said = await readStart(response, post.secrets);
  const answer = `${place} answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 200 && status < 300) return { ok: true, answer };
  if (status >= 300 && status < 400) {
    const error = `${place} answered ${status}, a redirect, which is not followed: configure the final URL`;
    return { ok: false, error, retry: false };
  }
  const retry = status >= 500 || retriedStatuses.includes(status);
  const retryAfterMs = retry ? parseRetryAfter(response.headers.get('retry-after'), post.nowMs) : null;
  return { ok: false, error: answer, retry, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
}

/** The URL without its user and password, which fetch refuses, and the header that says them. */
function splitCredentials(text: string): { readonly url: URL; readonly headers: Record<string, string> } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  url.username = '';
  url.password = '';
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/**
 * One POST. 2xx is taken as accepted, whatever becomes of the answer's body; 5xx, 408, 425, 429, time-outs and
 * network errors may be retried; redirects and other statuses not. Errors name the host only: paths may hold secrets.
 * Rejects only if `signal` aborts.
 */
export async function httpPost(post: HttpPost, signal: AbortSignal): Promise<SendOutcome> {
  let place = 'the receiver';
  const attempt = async (limit: AbortSignal): Promise<SendOutcome> => {
    const { url, headers } = splitCredentials(post.url);
    place = url.host;
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'strayd', ...headers, ...post.headers },
      body: post.body,
      signal: limit,
    });
    return judge(response, place, post);
  };
  try {
    return await withinTime(attempt, { timeoutMs: post.timeoutMs, signal });
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, error: `${place}: ${networkError(error)}`, retry: true };
  }
}
