import type { Published } from './messages.ts';
import type { TelemetryEvent } from './telemetry.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  entity_limit:
    'A detector watches as many entities as it may; samples of more are counted and left out. Narrow its select.',
  series_limit:
    'An entity has as many series as it may; samples of more are counted and left out. Narrow where of its features.',
  held_back_limit:
    'So much came in while partitions repeat what was open at the restart that it is not held back any more; ' +
    'steps that were open then may lack samples.',
};

/** Names a bound when a source first reaches it; from then on it is only counted. */
export class LimitNotices {
  readonly #told = new Set<string>();

  noticesOf(samples: Published['samples']): TelemetryEvent[] {
    return samples.flatMap(({ source, result }): TelemetryEvent[] => {
      const message = MESSAGES[result];
      const key = `${result} ${source}`;
      if (message === undefined || this.#told.has(key)) return [];
      this.#told.add(key);
      return [{ event: 'limit_reached', level: 'warn', message, fields: { source, limit: result } }];
    });
  }
}
