import { createHash } from 'node:crypto';
import type { LabelMatcher } from '../core/detector.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import { decoded } from './url-secrets.ts';
import { withinTime } from './within-time.ts';

/** So many of an Alertmanager's silences are taken, the newest. */
const MOST_SILENCES = 1000;
/** An answer that is larger is none of an Alertmanager's. */
const MOST_BYTES = 8 * 2 ** 20;

/** The parts of an element of GET /api/v2/silences that matter here. */
interface Silence {
  readonly id: string;
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual?: boolean;
  }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly comment: string;
}

/** A silence, and the window that it is. */
export interface HeldSilence {
  /** As the Alertmanager names it. */
  readonly silenceId: string;
  readonly window: QuietWindow;
}

/**
 * The silences that an Alertmanager holds, expired ones too, as windows (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml).
 * Their patterns are in RE2's syntax, unchecked. `url`: of one replica. Rejects with a sentence that names the host alone if it does not answer, or not as one.
 */
export async function readSilences(
  url: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<HeldSilence[]> {
  const address = new URL(`${url.replace(/\/+$/, '')}/api/v2/silences`);
  const { host, username, password } = address;
  address.username = '';
  address.password = '';
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const headers: Record<string, string> = username === '' ? {} : { authorization: `Basic ${login}` };
  try {
    const text = await withinTime(
      async (limit) => {
        const response = await fetch(address, { headers, redirect: 'error', signal: limit });
        if (!response.ok) throw new Error(`it answered ${response.status}`);
        return response.text();
      },
      { timeoutMs, signal },
    );
    if (text.length > MOST_BYTES) throw new Error('its answer is too long');
    return windowsOf(JSON.parse(text), host);
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`reading the silences of ${host}: ${cause}`, { cause: error });
  }
}

function windowsOf(answer: unknown, host: string): HeldSilence[] {
  if (!Array.isArray(answer)) throw new Error('its answer is no list of silences');
  return answer
    .filter(isSilence)
    .sort((a, b) => (a.startsAt < b.startsAt ? 1 : -1))
    .slice(0, MOST_SILENCES)
    .map((silence) => ({ silenceId: silence.id, window: windowOf(silence, host) }));
}

function isSilence(value: unknown): value is Silence {
  if (typeof value !== 'object' || value === null) return false;
  const { id, matchers, startsAt, endsAt } = value as Partial<Silence>;
  return (
    typeof id === 'string' &&
    Array.isArray(matchers) &&
    matchers.every(isMatcher) &&
    !Number.isNaN(Date.parse(startsAt ?? '')) &&
    !Number.isNaN(Date.parse(endsAt ?? ''))
  );
}

function isMatcher(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, value: wanted } = value as Partial<Silence['matchers'][number]>;
  return typeof name === 'string' && typeof wanted === 'string';
}

function windowOf({ id, matchers, startsAt, endsAt, comment }: Silence, host: string): QuietWindow {
  return {
    // Replicas share their silences, so the host is no part of it.
    id: `silence-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`,
    kind: 'silence',
    origin: host,
    detector: null,
    entity: null,
    matchers: matchers.map(matcherOf),
    fromMs: Date.parse(startsAt),
    untilMs: Date.parse(endsAt),
    recurs: null,
    knownFromMs: -Infinity,
    comment: String(comment ?? '').slice(0, 1000),
  };
}

function matcherOf({ name, value, isRegex, isEqual = true }: Silence['matchers'][number]): LabelMatcher {
  const op = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return { label: name, op, value };
}
