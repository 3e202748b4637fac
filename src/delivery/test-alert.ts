import type { Alert, AlertNotification } from '../pipeline/effects.ts';

/** Step of the made-up detector. */
export const testStepMs = 60_000;

/** The two notifications of an alert about nothing, by which people see whether a channel works; each call makes another alert. */
export function testNotifications(nowMs: number): readonly AlertNotification[] {
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
    { alert: firing, event: 'firing', atMs, deliver: true },
    { alert: resolved, event: 'resolved', atMs, deliver: true },
  ];
}
