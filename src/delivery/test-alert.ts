import type { Incident, IncidentNotification } from '../pipeline/alerts/incident.ts';
import type { Alert } from '../pipeline/effects.ts';

/** Step of the made-up detector. */
export const testStepMs = 60_000;

/** The two notifications of an incident about nothing, by which people see whether a channel works; each call makes another one. */
export function testNotifications(nowMs: number): readonly IncidentNotification[] {
  const step = Math.floor(nowMs / testStepMs) - 1;
  const firing: Alert = {
    id: Math.floor(nowMs).toString(16).padStart(16, '0').slice(-16),
    detector: 'strayd-test',
    entity: 'strayd-test',
    labels: { instance: 'strayd-test' },
    kind: 'anomaly',
    severity: 'info',
    state: 'firing',
    provisional: false,
    firstStepOver: step,
    firedStep: step,
    lastStepOver: step,
    resolvedStep: null,
    resolution: null,
    notified: true,
    peakScore: 1,
    peakStep: step,
    contributions: [
      { feature: 'test_of_the_channel', unit: '', ratio: 1, seen: 2, expected: 1, range: null },
    ],
    modelVersion: 'none',
    recent: [1, 1, 2],
  };
  const resolved: Alert = { ...firing, state: 'resolved', resolvedStep: step, resolution: 'recovered' };
  const atMs = (step + 1) * testStepMs;
  return [
    { incident: incidentOf(firing), event: 'firing', atMs, members: [firing] },
    { incident: incidentOf(resolved), event: 'resolved', atMs, members: [resolved] },
  ];
}

function incidentOf({ id, detector, entity, state, firstStepOver }: Alert): Incident {
  const isOver = state === 'resolved';
  return {
    id,
    detector,
    entity,
    group: {},
    deliver: true,
    state: isOver ? 'resolved' : 'firing',
    openedStep: firstStepOver,
    newestStep: firstStepOver,
    resolvedStep: isOver ? firstStepOver : null,
    alerts: 1,
    firing: isOver ? 0 : 1,
    dueMs: null,
    told: isOver ? 2 : 1,
    toldAlerts: 1,
    toldAtMs: 0,
  };
}
