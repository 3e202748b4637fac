import { pino } from 'pino';
import type { Metrics } from '../server/metrics.ts';
import type { Report } from './telemetry.ts';

/** `json`: one line an event on standard error; `silent`: only counted (the demo draws the terminal itself). */
export type LogStyle = 'json' | 'silent';

/** The one place that logs and counts an event. */
export function startLog(style: LogStyle, metrics: Metrics): Report {
  const logger = pino(
    { level: style === 'silent' ? 'silent' : 'info', base: null },
    pino.destination({ fd: 2, sync: true }),
  );
  return ({ event, level, message, fields }) => {
    metrics.eventsTotal.inc({ event, level });
    logger[level]({ event, ...fields }, message);
  };
}
