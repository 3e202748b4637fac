import type { RestoredState } from '../pipeline/checkpoint.ts';
import { IncidentFold, type FoldSpec } from '../pipeline/alerts/incident-fold.ts';
import type { OpenIncident } from '../pipeline/alerts/incident.ts';
import type { Alert, AlertNotification, AlertTransition, Effects } from '../pipeline/effects.ts';
import type { AlertRecord } from '../store/alert-repository.ts';

/** What becomes of alerts that nothing watches any more. */
export interface Orphans {
  /** Their ends, for the first checkpoint; `null` if there are none. */
  readonly effects: Effects | null;
  /** The incidents that are open without them. */
  readonly incidents: readonly OpenIncident[];
}

/**
 * Ends the open alerts whose entity is not watched any more, because its detector has got other features or another step
 * meanwhile: nothing would ever close them, nor the incidents that have no other member.
 */
export function closeOrphans(open: readonly AlertRecord[], restored: RestoredState): Orphans {
  const { entities, incidents = [] } = restored;
  const watched = new Set(entities.flatMap(({ openAlerts }) => openAlerts.map(({ id }) => id)));
  const orphans = open.filter(({ alert }) => !watched.has(alert.id));
  if (orphans.length === 0) return { effects: null, incidents };
  const transitions = orphans.map(({ alert }) => endOf(alert));
  const ended = endIncidents(incidents, orphans, transitions);
  return {
    effects: {
      steps: [],
      transitions,
      notifications: orphans.flatMap(noticeOf),
      incidents: ended.incidents,
      incidentNotifications: ended.incidentNotifications,
      activations: [],
      budgetRefits: [],
      exclusions: [],
      acceptances: [],
      windows: [],
      deadLetters: [],
      counts: [],
    },
    incidents: ended.open,
  };
}

/** The incidents go on without the orphans; of those that are over then people are told. */
function endIncidents(
  incidents: readonly OpenIncident[],
  orphans: readonly AlertRecord[],
  transitions: readonly AlertTransition[],
): Pick<Effects, 'incidents' | 'incidentNotifications'> & { readonly open: readonly OpenIncident[] } {
  const sink = { incidents: [], incidentNotifications: [] };
  const open: OpenIncident[] = [];
  for (const one of incidents) {
    const { id, group } = one.incident;
    const fold = new IncidentFold(foldSpec(one, orphans), [one]);
    for (const transition of transitions) {
      if (one.alerts.some((alert) => alert.id === transition.alert.id)) {
        fold.take(transition, { group, clockMs: -Infinity }, sink);
      }
    }
    const [left] = fold.open();
    if (left?.incident.firing === 0) fold.tell(id, sink);
    open.push(...fold.open());
  }
  return { ...sink, open };
}

/** The detector may not be configured any more: its alerts' records know the step, and that is all that an end needs. */
function foldSpec({ incident }: OpenIncident, orphans: readonly AlertRecord[]): FoldSpec {
  const stepMs = orphans.find(({ incidentId }) => incidentId === incident.id)?.stepMs ?? 1;
  return { name: incident.detector, stepMs, cohort: [], alert: {} };
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
