import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { SecureContextOptions } from 'node:tls';
import type { Labels } from '../core/sample.ts';

/** A store that answers `/api/v1/query_range`; `url` may hold a log-in, `shownUrl` must not. */
export interface PrometheusAccess {
  readonly url: string;
  readonly shownUrl: string;
  readonly token: string | null;
  readonly tls: (SecureContextOptions & { readonly servername?: string }) | null;
}

/** Values of `query` at `startMs`, `startMs + stepMs`, … up to `endMs`; Prometheus gives at most 11 000 of them a series. */
export interface RangeQuery {
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** One series of an answer: `times` ms, and a value for each. The metric's name is not among the labels. */
export interface RangeSeries {
  readonly labels: Labels;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** The answer was no, and would be no again. */
export class QueryRefused extends Error {}

const ATTEMPTS = 4;
const FIRST_RETRY_MS = 500;
const TIMEOUT_MS = 60_000;
const MOST_ANSWER_BYTES = 256 * 2 ** 20;
const SHOWN = 200;

/**
 * One range query, tried again with growing pauses when the store does not answer or says "later". Rejects with a `QueryRefused` if
 * it won't have the query, and with the last error if it stays away; messages hold no secret.
 */
export async function queryRange(
  access: PrometheusAccess,
  query: RangeQuery,
  signal: AbortSignal,
): Promise<RangeSeries[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return seriesOf(await post(access, query, signal), access);
    } catch (error) {
      if (error instanceof QueryRefused || attempt === ATTEMPTS || signal.aborted) throw error;
      await pause(FIRST_RETRY_MS * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/* By POST, as selectors may be longer than addresses. */
function post(access: PrometheusAccess, query: RangeQuery, signal: AbortSignal): Promise<Answer> {
  const url = new URL(`${access.url.replace(/\/+$/, '')}/api/v1/query_range`);
  const body = new URLSearchParams({
    query: query.query,
    start: String(query.startMs / 1000),
    end: String(query.endMs / 1000),
    step: String(query.stepMs / 1000),
  }).toString();
  const auth = url.username === '' ? null : `${plain(url.username)}:${plain(url.password)}`;
  url.username = '';
  url.password = '';
  const options = {
    method: 'POST',
    signal,
    timeout: TIMEOUT_MS,
    ...access.tls,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json',
      'user-agent': 'strayd',
      ...(access.token !== null && { authorization: `Bearer ${access.token}` }),
    },
    ...(auth !== null && { auth }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new Error(`${access.shownUrl}: ${error.message}`));
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_ANSWER_BYTES) request.destroy(new Error('the answer is over 256 MB'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
    request.on('error', fail);
    request.end(body);
  });
}

/* Percent-decoded; as it stands where a raw `%` begins no escape. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Matrix {
  readonly data?: {
    readonly result?: readonly { readonly metric: Labels; readonly values: readonly [number, string][] }[];
  };
}

function seriesOf({ status, body }: Answer, { shownUrl }: PrometheusAccess): RangeSeries[] {
  if (status !== 200) {
    const said = body
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim()
      .slice(0, SHOWN);
    const message = `${shownUrl} answered ${status}${said === '' ? '' : `: ${said}`}`;
    if (status >= 500 || status === 429 || status === 408) throw new Error(message);
    throw new QueryRefused(`${message}; correct training.bootstrap`);
  }
  let parsed: Matrix;
  try {
    parsed = JSON.parse(body) as Matrix;
  } catch {
    throw new QueryRefused(`${shownUrl} does not answer as Prometheus does; correct training.bootstrap`);
  }
  return (parsed.data?.result ?? []).map(({ metric: { __name__: _name, ...labels }, values }) => ({
    labels,
    times: values.map(([seconds]) => Math.round(seconds * 1000)),
    values: values.map(([, text]) => Number(text)),
  }));
}
