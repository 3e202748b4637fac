import { isDeepStrictEqual } from 'node:util';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import { cronTimes } from '../config/cron-times.ts';
import type { Report } from './telemetry.ts';

/** The windows of the store, compiled: who looks again and again compiles only what has changed since. */
export class WindowCache {
  readonly #windows = new QuietWindows(cronTimes);
  readonly #report: Report;
  #rows = new Map<string, QuietWindow>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** The windows as `rows` has them. One that can't be used is told of when it is first seen. */
  of(rows: readonly QuietWindow[]): QuietWindows {
    const seen = new Map(rows.map((row) => [row.id, row]));
    for (const id of this.#rows.keys()) if (!seen.has(id)) this.#windows.remove(id);
    for (const [id, row] of seen) {
      if (isDeepStrictEqual(this.#rows.get(id), row)) continue;
      this.#windows.put(row);
      const reason = this.#windows.unusable.get(id);
      if (reason === undefined) continue;
      const message = `The ${row.kind} ${id} of ${row.origin} (${JSON.stringify(row.comment)}) is not heeded: ${reason}.`;
      this.#report({ event: 'window_unusable', level: 'warn', message });
    }
    this.#rows = seen;
    return this.#windows;
  }
}
