import { expect, it } from 'vitest';
import { demoReport, judgeDemo } from '../../src/cli/demo-report.ts';
import { fleetDetector } from '../../src/ingest/replay/fleet-detector.ts';
import { simulateFleet } from '../../src/ingest/replay/simulated-fleet.ts';
import type { Alert, AlertTransition } from '../../src/pipeline/effects.ts';

const fleet = simulateFleet({ seed: 1 });
const spec = fleetDetector();
const STEP_MS = spec.stepMs;

function fired(entity: string, firstMs: number, lastMs: number, feature: string): AlertTransition[] {
  const alert: Alert = {
    id: `${entity}-${firstMs}`,
    detector: spec.name,
    entity,
    labels: { instance: entity },
    kind: 'anomaly',
    severity: 'warning',
    state: 'firing',
    provisional: false,
    firstStepOver: firstMs / STEP_MS,
    firedStep: firstMs / STEP_MS,
    lastStepOver: firstMs / STEP_MS,
    resolvedStep: null,
    resolution: null,
    notified: true,
    peakScore: 1.25,
    peakStep: firstMs / STEP_MS,
    contributions: [{ feature, unit: '', ratio: 1, seen: 2, expected: 1, range: null }],
    modelVersion: 'v',
    recent: [],
  };
  const ended: Alert = { ...alert, state: 'resolved', lastStepOver: lastMs / STEP_MS };
  return [
    { alert, from: 'pending', to: 'firing', step: alert.firstStepOver },
    { alert: ended, from: 'firing', to: 'resolved', step: ended.lastStepOver + 5 },
  ];
}

const [incident] = fleet.incidents;
if (incident === undefined) throw new Error('the fleet has no incident');

it('an incident is found by an alert of its own host while it lasts; the delay runs to the end of the step that fired', () => {
  const transitions = fired(
    incident.instance,
    incident.startMs + 4 * STEP_MS,
    incident.endMs,
    incident.culprit ?? '',
  );
  const verdict = judgeDemo({ fleet, spec, transitions });
  const found = verdict.incidents.filter((one) => one.found);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    incident: incident.kind,
    host: incident.instance,
    delayMinutes: 5,
    score: 1.25,
    topFeature: incident.culprit,
  });
  expect(verdict.falseAlerts).toEqual([]);
});

it('an alert elsewhere, before or after is false', () => {
  const other = fleet.hosts.find(({ instance }) => instance !== incident.instance)?.instance ?? '';
  const { startMs, endMs, instance } = incident;
  const transitions = [
    ...fired(other, startMs, endMs, 'disk_written'),
    ...fired(instance, startMs - 10 * STEP_MS, startMs - 2 * STEP_MS, 'latency'),
    ...fired(instance, endMs + STEP_MS, endMs + 2 * STEP_MS, 'latency'),
  ];
  const verdict = judgeDemo({ fleet, spec, transitions });
  expect(verdict.falseAlerts).toHaveLength(3);
  expect(verdict.incidents.some((one) => one.found)).toBe(false);
});

it('tells which false alerts are about the harmless jobs', () => {
  const host = fleet.hosts.find(({ batchMinute }) => batchMinute !== null);
  if (host === undefined || host.batchMinute === null) throw new Error('no host has a job');
  const begunMs = fleet.liveFromMs + host.batchMinute * 60_000;
  const transitions = fired(host.instance, begunMs + STEP_MS, begunMs + 3 * STEP_MS, 'disk_written');
  const verdict = judgeDemo({ fleet, spec, transitions });
  expect(verdict.batchJobs).toEqual({ hosts: 5, alerts: 1 });
  expect(verdict.falseAlerts).toHaveLength(1);
});

it('the report has a row an incident and names each false alert', () => {
  const other = fleet.hosts.find(({ instance }) => fleet.incidents.every((one) => one.instance !== instance));
  const quietMs = fleet.liveFromMs + 5 * 60_000;
  const transitions = fired(other?.instance ?? '', quietMs, quietMs + STEP_MS, 'disk_written');
  const text = demoReport(judgeDemo({ fleet, spec, transitions }));
  for (const { kind, instance } of fleet.incidents)
    expect(text).toMatch(new RegExp(`^${kind} +${instance} .* no\\b`, 'm'));
  expect(text).toMatch(/^False alerts: 1 /m);
  expect(text).toContain(`${other?.instance} at 00:05: disk_written`);
});
