import type { Config } from '../config/config.ts';
import { readSilences } from '../delivery/silences.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import type { StoreReader } from '../store/store-reader.ts';
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

/**
 * Reads the silences of the configured Alertmanagers now and each minute, and puts on record what is new of them: their time is not
 * learned from. Answers how to stop. An Alertmanager that does not answer is told of once.
 */
export function startSilenceWatch(options: SilenceWatchOptions): () => Promise<void> {
  const { config, report, everyMs = EVERY_MS } = options;
  const urls = config.channels.flatMap((channel) =>
    channel.type === 'alertmanager' ? channel.urls.map((url) => url.reveal()) : [],
  );
  const stopping = new AbortController();
  let trouble: string | null = null;
  let running: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      for (const url of urls) await readOne(url, options, stopping.signal);
      trouble = null;
    } catch (error) {
      if (stopping.signal.aborted) return;
      const cause = error instanceof Error ? error.message : String(error);
      const message = `What Alertmanager silences is not known, so it may be learned from: ${cause}.`;
      if (message !== trouble) report({ event: 'silences_unknown', level: 'warn', message });
      trouble = message;
    }
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

async function readOne(
  url: string,
  { store, thread }: SilenceWatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const silences = await readSilences(url, { timeoutMs: TIMEOUT_MS, signal });
  const known = new Map(store.quietWindows().map((window) => [window.id, window]));
  const changes = silences
    .filter((window) => isNews(window, known.get(window.id)))
    .map((window) => ({ window, removed: false }));
  if (changes.length > 0) await thread.call({ kind: 'windows', changes });
}

function isNews({ fromMs, untilMs }: QuietWindow, known: QuietWindow | undefined): boolean {
  return known === undefined || known.fromMs !== fromMs || known.untilMs !== untilMs;
}
