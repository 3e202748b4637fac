import { createHash } from 'node:crypto';
import type { MaintenanceConfig } from '../config/config.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import type { WindowChange } from '../pipeline/effects.ts';

const ORIGIN = 'config';

/**
 * What the configuration's maintenance changes of the windows that are kept. One that is not in it any more ends now: what lay in it
 * stays unlearned. `nowMs`: wall clock.
 */
export function configuredWindows(
  maintenance: readonly MaintenanceConfig[],
  kept: readonly QuietWindow[],
  nowMs: number,
): WindowChange[] {
  const wanted = maintenance.map(windowOf);
  const known = new Map(kept.filter(({ origin }) => origin === ORIGIN).map((window) => [window.id, window]));
  const added = wanted.filter(({ id, untilMs }) => known.get(id)?.untilMs !== untilMs);
  const ids = new Set(wanted.map(({ id }) => id));
  const ended = [...known.values()].filter(({ id, untilMs }) => !ids.has(id) && untilMs > nowMs);
  return [
    ...added.map((window) => ({ window, removed: false })),
    ...ended.map((window) => ({
      window: { ...window, untilMs: nowMs },
      removed: window.recurs === null && window.fromMs > nowMs,
    })),
  ];
}

function windowOf(config: MaintenanceConfig): QuietWindow {
  const { matchers, span, recurs, comment } = config;
  const id = createHash('sha256')
    .update(JSON.stringify([matchers, span, recurs]))
    .digest('hex')
    .slice(0, 12);
  return {
    id,
    kind: 'maintenance',
    origin: ORIGIN,
    detector: null,
    entity: null,
    matchers,
    fromMs: span?.fromMs ?? 0,
    untilMs: span?.untilMs ?? Infinity,
    recurs,
    knownFromMs: -Infinity,
    comment,
  };
}
