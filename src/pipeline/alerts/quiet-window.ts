import type { LabelMatcher } from '../../core/detector.ts';

/** When a window comes again: it begins at each time of a cron expression and lasts `durationMs`. */
export interface WindowRecurrence {
  readonly schedule: string;
  readonly timezone: string;
  readonly durationMs: number;
}

/**
 * A stretch of event time that people have told of beforehand or afterwards. `mute`: not to be disturbed; `maintenance`: nor to be
 * learned from; `silence`: held by an Alertmanager, not to be learned from. Plain data, a row of the store.
 */
export interface QuietWindow {
  readonly id: string;
  readonly kind: 'mute' | 'maintenance' | 'silence';
  /** Who says so: the configuration, the API, or the Alertmanager of that host. */
  readonly origin: string;
  /** `null`: all. */
  readonly detector: string | null;
  readonly entity: string | null;
  /** On the labels of entity and cohort (also as Prometheus names them), `detector`, `severity` and `alertname`; all must hold. */
  readonly matchers: readonly LabelMatcher[];
  /** [fromMs, untilMs), Unix ms; of one that recurs, when it may begin. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** `null`: it is there once. */
  readonly recurs: WindowRecurrence | null;
  /** Event time from which it is known: what was closed before stays as it was. */
  readonly knownFromMs: number;
  readonly comment: string;
}

/** What a window may be about. */
export interface WindowSubject {
  readonly detector: string;
  readonly severity: string;
  readonly entity: string;
  /** Of entity and cohort. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A stretch of event time, [fromMs, untilMs). */
export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The times of a cron expression as a function of event time: the first strictly after `afterMs`, Unix ms; Infinity if there is none. */
export type CronTimes = (schedule: string, timezone: string) => (afterMs: number) => number;
