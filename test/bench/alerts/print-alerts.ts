import { explainAlert } from '../../../src/pipeline/alerts/explain.ts';
import { ALERT_STAGES, type AlertSpan } from './alert-stages.ts';
import type { ScoredGroup } from './scored-steps.ts';

/** Prints two alerts of a group as people read them: the highest that met an event, and the highest that met none. */
export function printAlerts(group: ScoredGroup, print: (text: string) => void): void {
  const spans = ALERT_STAGES.at(-1)?.outcome(group).spans ?? [];
  const met = ({ entity, startMs, endMs }: AlertSpan): boolean =>
    group.events.some((event) => event.entity === entity && event.startMs <= endMs && event.endMs >= startMs);
  for (const [what, chosen] of [
    ['an alert that met an event', spans.filter(met)],
    ['an alert that met none', spans.filter((span) => !met(span))],
  ] as const) {
    const [highest] = chosen.flatMap(({ alert }) => alert ?? []).sort((a, b) => b.peakScore - a.peakScore);
    if (highest === undefined) continue;
    const { title, lines } = explainAlert(highest, group.spec.stepMs);
    print([`  ${what}:`, title, ...lines].join('\n    '));
  }
}
