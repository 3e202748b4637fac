import { plural } from '../core/plural.ts';
import type { DemoResult } from '../app/demo.ts';
import type { Alert, AlertKind } from '../pipeline/effects.ts';
import { renderTable } from './table.ts';

export interface IncidentVerdict {
  readonly incident: string;
  readonly host: string;
  /** When it began, RFC 3339. */
  readonly start: string;
  readonly found: boolean;
  /** From its begin to the end of the step that confirmed it. */
  readonly delayMinutes: number | null;
  /** Peak of the calibrated score; 1 is the threshold. `null` where nothing but a rule told of it. */
  readonly score: number | null;
  /** What the explanation named first. */
  readonly topFeature: string | null;
  /** `null`: there is no feature to name. */
  readonly culprit: string | null;
  /** Kinds of the alerts that it made, the first one first. */
  readonly kinds: readonly AlertKind[];
}

export interface DemoVerdict {
  readonly seed: number;
  readonly incidents: readonly IncidentVerdict[];
  /** Alerts on hosts where nothing was wrong at the time. */
  readonly falseAlerts: readonly FalseAlert[];
  /** Hosts that ran their harmless evening job, and how many of the false alerts were about it. */
  readonly batchJobs: { readonly hosts: number; readonly alerts: number };
}

export interface FalseAlert {
  readonly host: string;
  readonly start: string;
  readonly score: number;
  readonly feature: string;
}

/** A job takes 12 minutes and shows for a moment longer. */
const BATCH_MS = 15 * 60_000;

/** Holds what strayd reported against what was injected. */
export function judgeDemo({ fleet, spec, transitions }: DemoResult): DemoVerdict {
  const fired = new Map<string, Alert>();
  for (const { alert, to } of transitions)
    if (to === 'firing' || to === 'resolved') fired.set(alert.id, alert);
  const spans = [...fired.values()].map((alert) => ({
    alert,
    startMs: (alert.firedStep ?? alert.firstStepOver) * spec.stepMs,
    endMs: (alert.lastStepOver + 1) * spec.stepMs,
  }));
  const explained = new Set<string>();
  const incidents = fleet.incidents.map((incident): IncidentVerdict => {
    const own = spans.filter(
      ({ alert, startMs, endMs }) =>
        alert.entity === incident.instance && startMs < incident.endMs && endMs > incident.startMs,
    );
    for (const { alert } of own) explained.add(alert.id);
    const first = own[0];
    return {
      incident: incident.kind,
      host: incident.instance,
      start: new Date(incident.startMs).toISOString(),
      found: first !== undefined,
      delayMinutes:
        first === undefined ? null : Math.max(0, first.startMs + spec.stepMs - incident.startMs) / 60_000,
      score: own.find(({ alert }) => alert.peakScore > 0)?.alert.peakScore ?? null,
      topFeature: first?.alert.contributions[0]?.feature ?? null,
      culprit: incident.culprit,
      kinds: [...new Set(own.map(({ alert }) => alert.kind))],
    };
  });
  const unexplained = spans.filter(({ alert }) => !explained.has(alert.id));
  const batchStartMs = new Map(
    fleet.hosts.flatMap(({ instance, batchMinute }) =>
      batchMinute === null ? [] : [[instance, fleet.liveFromMs + batchMinute * 60_000]],
    ),
  );
  const ofBatch = unexplained.filter(({ alert, startMs }) => {
    const begunMs = batchStartMs.get(alert.entity);
    return begunMs !== undefined && startMs >= begunMs && startMs < begunMs + BATCH_MS;
  });
  const falseAlerts = unexplained.map(({ alert, startMs }) => ({
    host: alert.entity,
    start: new Date(startMs).toISOString(),
    score: alert.peakScore,
    feature: alert.contributions[0]?.feature ?? '',
  }));
  return {
    seed: fleet.options.seed,
    incidents,
    falseAlerts,
    batchJobs: { hosts: batchStartMs.size, alerts: ofBatch.length },
  };
}

/** The table at the end of the demo. */
export function demoReport({ incidents, falseAlerts, batchJobs }: DemoVerdict): string {
  const lines = ['What was injected, and what strayd made of it:', ''];
  if (incidents.length > 0) {
    const rows = incidents.map(
      ({ incident, host, start, found, delayMinutes, kinds, topFeature, culprit }) => [
        incident,
        host,
        start.slice(11, 16),
        found ? 'yes' : 'no',
        delayMinutes === null ? '' : `${delayMinutes} min`,
        kinds.join(', '),
        topFeature ?? '',
        culprit ?? '',
      ],
    );
    const header = ['incident', 'host', 'began', 'detected?', 'delay', 'kind', 'top feature', 'true culprit'];
    lines.push(renderTable(header, rows), '');
  } else {
    lines.push('No incident.', '');
  }
  lines.push(
    `Harmless evening jobs: ${plural(batchJobs.hosts, 'host')} ran one, ${plural(batchJobs.alerts, 'alert')} about it.`,
  );
  lines.push(`False alerts: ${falseAlerts.length} (budget: 5 a week for the whole fleet).`);
  for (const { host, start, feature } of falseAlerts)
    lines.push(`  ${host} at ${start.slice(11, 16)}: ${feature}`);
  return lines.join('\n');
}
