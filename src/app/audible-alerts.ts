import type { Config } from '../config/config.ts';
import type { LevelAlert } from '../delivery/alertmanager-body.ts';
import type { WindowSubject } from '../pipeline/alerts/quiet-window.ts';
import type { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import type { Alert } from '../pipeline/effects.ts';
import { subjectOf } from '../pipeline/quiet-entities.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { Report } from './telemetry.ts';
import { WindowCache } from './window-cache.ts';

export interface AudibleOptions {
  readonly config: Pick<Config, 'detectors'>;
  readonly store: Pick<StoreReader, 'quietWindows' | 'cohortOf'>;
  readonly report: Report;
  readonly nowMs: () => number;
}

/**
 * Leaves out of the alerts that level channels tell of those whose subject is muted or in maintenance now: what was told before goes
 * quiet too, and comes back if it is still there afterwards. A store that can't be read now leaves nothing out.
 */
export function audibleAlerts(options: AudibleOptions): (alerts: readonly LevelAlert[]) => LevelAlert[] {
  const { store, report, nowMs } = options;
  const cache = new WindowCache(report);
  let trouble: string | null = null;
  return (alerts) => {
    if (alerts.length === 0) return [];
    try {
      const windows = cache.of(store.quietWindows());
      const atMs = nowMs();
      const audible = alerts.filter(({ alert }) => !isHeldBack(alert, { windows, atMs }, options));
      trouble = null;
      return audible;
    } catch (error) {
      const message = `Reading what is muted: ${error instanceof Error ? error.message : String(error)}`;
      if (message !== trouble) report({ event: 'failed', level: 'error', message });
      trouble = message;
      return [...alerts];
    }
  };
}

function isHeldBack(
  { detector, entity }: Alert,
  { windows, atMs }: { readonly windows: QuietWindows; readonly atMs: number },
  { config, store }: AudibleOptions,
): boolean {
  const spec = config.detectors.find(({ name }) => name === detector);
  if (spec === undefined) return false;
  const subject = (): WindowSubject =>
    subjectOf(spec, { key: entity, cohort: spec.cohort.length === 0 ? '' : store.cohortOf(spec, entity) });
  return windows.holdsBack(subject, atMs);
}
