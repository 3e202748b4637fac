import { isDeepStrictEqual } from 'node:util';
import { regexFault } from '../config/anchored-regex.ts';
import type { Config } from '../config/config.ts';
import { fromRe2 } from '../config/re2-pattern.ts';
import type { LabelMatcher } from '../core/detector.ts';
import { readSilences, type HeldSilence } from '../delivery/silences.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { DEFAULT_STORE_SETTINGS } from '../store/store-settings.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import type { Report } from './telemetry.ts';

export interface SilenceWatchOptions {
  readonly config: Config;
  readonly store: Pick<StoreReader, 'quietWindows'>;
  readonly thread: Pick<PipelineThread, 'call'>;
  readonly report: Report;
  readonly everyMs?: number;
}

const EVERY_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** One that was over by then has nothing left to be kept from learning: the store drops it. */
const OLDEST_MS = DEFAULT_STORE_SETTINGS.reservoirMs;
/** So many silences that were left out are remembered as told. */
const MOST_TOLD = 10_000;

/** What has been told already. */
interface Told {
  /** Of each Alertmanager that can't be asked, by URL. */
  readonly trouble: Map<string, string>;
  /** Ids of silences that can't be used. */
  readonly leftOut: Set<string>;
}

/**
 * Reads the silences of the configured Alertmanagers now and each minute, and puts on record what is new of them: their time is not
 * learned from. Answers how to stop. An Alertmanager that does not answer is told of once, and so is a silence that can't be used; the
 * others are taken all the same.
 */
export function startSilenceWatch(options: SilenceWatchOptions): () => Promise<void> {
  const { config, report, everyMs = EVERY_MS } = options;
  const urls = config.channels.flatMap((channel) =>
    channel.type === 'alertmanager' ? channel.urls.map((url) => url.reveal()) : [],
  );
  const stopping = new AbortController();
  const told: Told = { trouble: new Map(), leftOut: new Set() };
  let running: Promise<void> = Promise.resolve();
  const lookAt = async (url: string): Promise<void> => {
    try {
      const held = await readSilences(url, { timeoutMs: TIMEOUT_MS, signal: stopping.signal });
      await putOnRecord(usableOf(held, told, report), options);
      told.trouble.delete(url);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const cause = error instanceof Error ? error.message : String(error);
      const message = `What Alertmanager silences is not known, so it may be learned from: ${cause}.`;
      if (message !== told.trouble.get(url)) report({ event: 'silences_unknown', level: 'warn', message });
      told.trouble.set(url, message);
    }
  };
  const look = async (): Promise<void> => {
    for (const url of urls) await lookAt(url);
  };
  const turn = (): void => {
    running = running.then(look);
  };
  if (urls.length === 0) return () => Promise.resolve();
  turn();
  const timer = setInterval(turn, everyMs);
  return async () => {
    clearInterval(timer);
    stopping.abort(new Error('stopping'));
    await running;
  };
}

/** The silences whose patterns can be read here, in JavaScript's syntax; the others are told of by name. */
function usableOf(held: readonly HeldSilence[], { leftOut }: Told, report: Report): QuietWindow[] {
  if (leftOut.size > MOST_TOLD) leftOut.clear();
  const oldestMs = Date.now() - OLDEST_MS;
  return held.flatMap(({ silenceId, window }) => {
    if (window.untilMs < oldestMs) return [];
    const matchers = window.matchers.map(readable);
    const fault = matchers.map(faultOf).find((one) => one !== null);
    if (fault === undefined) return [{ ...window, matchers }];
    if (!leftOut.has(silenceId)) {
      const named = `Silence ${silenceId} of ${window.origin} (${JSON.stringify(window.comment)})`;
      const message = `${named} can't be used, so its time may be learned from: ${fault}. Write it anew there, or tell of it with "strayd alerts maintenance add".`;
      report({ event: 'silences_unknown', level: 'warn', message });
    }
    leftOut.add(silenceId);
    return [];
  });
}

function readable(matcher: LabelMatcher): LabelMatcher {
  const isPattern = matcher.op === '=~' || matcher.op === '!~';
  return isPattern ? { ...matcher, value: fromRe2(matcher.value) } : matcher;
}

function faultOf({ label, op, value }: LabelMatcher): string | null {
  const fault = op === '=~' || op === '!~' ? regexFault(value) : null;
  return fault === null ? null : `the pattern ${JSON.stringify(value)} of ${JSON.stringify(label)} ${fault}`;
}

async function putOnRecord(
  silences: readonly QuietWindow[],
  { store, thread }: SilenceWatchOptions,
): Promise<void> {
  const known = new Map(store.quietWindows().map((window) => [window.id, window]));
  const changes = silences
    .filter((window) => isNews(window, known.get(window.id)))
    .map((window) => ({ window, removed: false }));
  if (changes.length > 0) await thread.call({ kind: 'windows', changes });
}

function isNews({ fromMs, untilMs, matchers }: QuietWindow, known: QuietWindow | undefined): boolean {
  return (
    known === undefined ||
    known.fromMs !== fromMs ||
    known.untilMs !== untilMs ||
    !isDeepStrictEqual(known.matchers, matchers)
  );
}
