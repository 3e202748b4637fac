import type { DetectorOutline, DetectorScores, LiveUpdate } from '../views/live-view.ts';
import type { SourceView } from '../views/source-view.ts';
import { read, TokenNeeded } from './api.ts';
import { followEvents, type Connection } from './live-events.ts';
import { ScoreTable } from './score-table.ts';
import type { AlertView, Status } from './shapes.ts';

/** What no event tells of, such as the lag of a source that has stalled, is asked for so often. */
const LOOK_EVERY_MS = 10_000;
/** A burst of updates is one look. */
const LOOK_SOON_MS = 300;
const RECONNECT_MS = 2000;
const MOST_OPEN_ALERTS = 200;
const PAST_ALERTS = 6;

/** What is known of the daemon on every page: read at the start, then kept up by its events. */
export class DaemonState {
  status: Status | null = null;
  outline: readonly DetectorOutline[] = [];
  sources: readonly SourceView[] = [];
  openAlerts: readonly AlertView[] = [];
  /** Those that ended last, newest first. */
  pastAlerts: readonly AlertView[] = [];
  readonly scores = new ScoreTable();
  connection: Connection = 'connecting';
  tokenNeeded = false;
  /** Why the last look failed, `null` if it did not. */
  error: string | null = null;
  /** Grows with each change of an alert: lists of alerts are read anew. */
  alertChanges = 0;

  readonly #changed: () => void;
  readonly #stopper = new AbortController();
  #lookTimer: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is called after each change, at most as often as events come. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  start(): void {
    void this.#follow();
    void this.look();
  }

  stop(): void {
    this.#stopper.abort();
    clearTimeout(this.#lookTimer);
  }

  /** Reads what is small; scores come by events. */
  async look(): Promise<void> {
    clearTimeout(this.#lookTimer);
    const { signal } = this.#stopper;
    try {
      const alertsIn = (state: string, limit: number) =>
        read<{ alerts: readonly AlertView[] }>(`/api/v1/alerts?state=${state}&limit=${limit}`, signal);
      const [status, { detectors }, { sources }, firing, pending, past] = await Promise.all([
        read<Status>('/api/v1/status', signal),
        read<{ detectors: readonly DetectorOutline[] }>('/api/v1/detectors', signal),
        read<{ sources: readonly SourceView[] }>('/api/v1/sources', signal),
        alertsIn('firing', MOST_OPEN_ALERTS),
        alertsIn('pending', MOST_OPEN_ALERTS),
        alertsIn('resolved', PAST_ALERTS),
      ]);
      Object.assign(this, { status, outline: detectors, sources, error: null });
      this.openAlerts = [...firing.alerts, ...pending.alerts];
      this.pastAlerts = past.alerts;
    } catch (error) {
      this.#failed(error);
    }
    if (signal.aborted) return;
    this.#changed();
    this.#lookIn(LOOK_EVERY_MS);
  }

  /** Somebody changed an alert here: what is shown of alerts is read anew. */
  alertChanged(): void {
    this.alertChanges += 1;
    this.#lookIn(0);
    this.#changed();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopper;
    while (!signal.aborted) {
      await followEvents(
        {
          opened: () => void this.#opened(),
          update: (update) => this.#update(update),
          ended: (error) => {
            this.connection = 'lost';
            if (error !== null) this.#failed(error);
            this.#changed();
          },
        },
        signal,
      );
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  /** What was missed while the stream was down is read at once. */
  async #opened(): Promise<void> {
    try {
      const { detectors } = await read<{ detectors: readonly DetectorScores[] }>(
        '/api/v1/scores',
        this.#stopper.signal,
      );
      this.scores.replace(detectors);
      this.connection = 'live';
      this.alertChanges += 1;
      this.#lookIn(LOOK_SOON_MS);
    } catch (error) {
      this.#failed(error);
    }
    this.#changed();
  }

  #update({ detectors, alerts }: LiveUpdate): void {
    this.scores.update(detectors);
    if (alerts.length > 0) {
      this.alertChanges += 1;
      this.#lookIn(LOOK_SOON_MS);
    }
    this.#changed();
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => void this.look(), ms);
  }

  #failed(error: unknown): void {
    if (error instanceof TokenNeeded) {
      this.tokenNeeded = true;
      this.stop();
      // Nothing else will say so: whoever asked has been stopped with the rest.
      this.#changed();
    } else if (error instanceof Error && error.name !== 'AbortError') {
      this.error = error.message;
    }
  }
}
