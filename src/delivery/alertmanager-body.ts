import type { Labels } from '../core/sample.ts';
import type { Alert } from '../pipeline/effects.ts';
import type { AlertFacts } from './alert-message.ts';
import { templatedMessage, type AlertTemplate } from './alert-template.ts';

/** An alert for a level channel: firing, or resolved not long ago. */
export interface LevelAlert {
  readonly alert: Alert;
  readonly facts: AlertFacts;
  /** What Alertmanager knows it by: the same from its first firing to its end. */
  readonly labels: Labels;
}

export interface AlertmanagerContext {
  readonly nowMs: number;
  /** Firing alerts end by themselves at this time unless sent again. */
  readonly firingUntilMs: number;
  readonly template: AlertTemplate | null;
  readonly failed: (fault: string) => void;
}

/** An element of the list that POST /api/v2/alerts takes. */
export interface AlertmanagerAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();

const onsetMs = ({ alert, facts }: LevelAlert): number => alert.firstStepOver * facts.stepMs;

function elementOf({ alert, facts, labels }: LevelAlert, context: AlertmanagerContext): AlertmanagerAlert {
  const { stepMs } = facts;
  const endedMs = ((alert.resolvedStep ?? alert.lastStepOver) + 1) * stepMs;
  // Alertmanager takes an end in the future as "still firing", and wants the end after the start.
  const startMs = Math.min(alert.firstStepOver * stepMs, context.nowMs - 1);
  const endMs = alert.state === 'resolved' ? Math.min(endedMs, context.nowMs) : context.firingUntilMs;
  const message = templatedMessage(alert, facts, context);
  // A template's title takes the place of the sentence that Alertmanager's receivers show first.
  const summary = message.title === facts.text.title ? message.summary : message.title;
  return {
    labels,
    // By the conventions of https://prometheus.io/docs/practices/alerting/ and of monitoring mixins. Whatever may change is here.
    annotations: {
      summary,
      description: message.lines.join('\n'),
      kind: alert.kind,
      ...(message.query === null ? {} : { query: message.query }),
      ...(message.runbookUrl === null ? {} : { runbook_url: message.runbookUrl }),
      ...(facts.incidentId === null || facts.incidentId === undefined ? {} : { incident: facts.incidentId }),
    },
    startsAt: isoTime(startMs),
    endsAt: isoTime(endMs),
    ...(message.url === null ? {} : { generatorURL: message.url }),
  };
}

/**
 * The body for Alertmanager's v2 API. It knows alerts by their labels alone, so of those with equal labels (an alert
 * and an earlier one of the same entity) only the newest is told.
 */
export function alertmanagerBody(
  levels: readonly LevelAlert[],
  context: AlertmanagerContext,
): AlertmanagerAlert[] {
  const newest = new Map<string, LevelAlert>();
  for (const level of levels) {
    const key = JSON.stringify(Object.entries(level.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const held = newest.get(key);
    if (held === undefined || onsetMs(level) > onsetMs(held)) newest.set(key, level);
  }
  return [...newest.values()].map((level) => elementOf(level, context));
}
