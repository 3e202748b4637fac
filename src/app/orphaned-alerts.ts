import type { RestoredState } from '../pipeline/checkpoint.ts';
import type { Alert, AlertNotification, AlertTransition, Effects } from '../pipeline/effects.ts';
import type { AlertRecord } from '../store/alert-repository.ts';

/**
 * Ends the open alerts whose entity is not watched any more, because its detector has got other features or another step
 * meanwhile: nothing would ever close them. `null` if there are none.
 */
export function closeOrphans(open: readonly AlertRecord[], { entities }: RestoredState): Effects | null {
  const watched = new Set(entities.flatMap(({ openAlert }) => openAlert?.id ?? []));
  const orphans = open.filter(({ alert }) => !watched.has(alert.id));
  if (orphans.length === 0) return null;
  return {
    steps: [],
    transitions: orphans.map(({ alert }) => endOf(alert)),
    notifications: orphans.flatMap(noticeOf),
    activations: [],
    budgetRefits: [],
    exclusions: [],
    deadLetters: [],
    counts: [],
  };
}

function endOf(alert: Alert): AlertTransition {
  const step = alert.lastStepOver;
  return alert.state === 'firing'
    ? { alert: resolved(alert), from: 'firing', to: 'resolved', step }
    : { alert, from: 'pending', to: 'discarded', step };
}

/** Whoever was told that it fires is told that it does not. */
function noticeOf({ alert, stepMs }: AlertRecord): AlertNotification[] {
  if (alert.state !== 'firing') return [];
  const atMs = (alert.lastStepOver + 1) * stepMs;
  return [{ alert: resolved(alert), event: 'resolved', atMs, deliver: alert.notified }];
}

function resolved(alert: Alert): Alert {
  return { ...alert, state: 'resolved', resolvedStep: alert.lastStepOver, resolution: 'no_data' };
}
