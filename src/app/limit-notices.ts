import type { LimitView } from '../server/views/limit-view.ts';
import { limitOfReason, limitOfResult, limitText, type LimitName } from './limit-names.ts';
import type { Published } from './messages.ts';
import type { TelemetryEvent } from './telemetry.ts';

/** A bound that was not reached for so long counts as kept again. */
const QUIET_MS = 10 * 60_000;

interface Reached {
  readonly source: string;
  readonly name: LimitName;
  readonly sinceMs: number;
  count: number;
  lastMs: number;
}

/** Names a bound when a source reaches it and when it is kept again; in between it is only counted. */
export class LimitNotices {
  readonly #now: () => number;
  readonly #reached = new Map<string, Reached>();

  constructor(now: () => number) {
    this.#now = now;
  }

  noticesOf({ samples, deadLetters }: Pick<Published, 'samples' | 'deadLetters'>): TelemetryEvent[] {
    const ended = this.#ended();
    const begun = [
      ...samples.map(({ source, result, count }) => this.#note(limitOfResult(result), source, count)),
      ...deadLetters.map(({ source, reason, count }) => this.#note(limitOfReason(reason), source, count)),
    ].filter((notice) => notice !== null);
    return [...ended, ...begun];
  }

  /** Bounds that were reached in the last ten minutes, the newest first. */
  views(): LimitView[] {
    const now = this.#now();
    return [...this.#reached.values()]
      .filter(({ lastMs }) => now - lastMs < QUIET_MS)
      .sort((a, b) => b.lastMs - a.lastMs)
      .map(({ source, name, count, sinceMs, lastMs }) => ({
        source,
        limit: name.limit,
        key: name.key === null ? null : `limits.${name.key}`,
        count,
        since: new Date(sinceMs).toISOString(),
        last: new Date(lastMs).toISOString(),
        text: limitText(name),
      }));
  }

  #note(name: LimitName | undefined, source: string, count: number): TelemetryEvent | null {
    if (name === undefined || count === 0) return null;
    const key = `${name.limit} ${source}`;
    const now = this.#now();
    const known = this.#reached.get(key);
    if (known !== undefined) {
      known.count += count;
      known.lastMs = now;
      return null;
    }
    this.#reached.set(key, { source, name, sinceMs: now, count, lastMs: now });
    const fields = { source, limit: name.limit };
    return { event: 'limit_reached', level: 'warn', message: `Source ${source}: ${limitText(name)}`, fields };
  }

  #ended(): TelemetryEvent[] {
    const now = this.#now();
    return [...this.#reached].flatMap(([key, { source, name, count, lastMs }]): TelemetryEvent[] => {
      if (now - lastMs < QUIET_MS) return [];
      this.#reached.delete(key);
      const message = `Source ${source} has kept the bound ${name.limit} for ten minutes; it was exceeded ${count} times.`;
      return [{ event: 'limit_kept', level: 'info', message, fields: { source, limit: name.limit, count } }];
    });
  }
}
