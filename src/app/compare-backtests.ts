import { plural } from '../core/plural.ts';
import type { EntitySpan } from '../core/evaluation/match-events.ts';
import type { BacktestResult } from './backtest.ts';
import type { FiredSpan } from './fired-alerts.ts';

/** What another configuration would have changed on the same file. */
export interface BacktestComparison {
  /** Alerts of the other configuration that overlap none of the first on their entity. */
  readonly gained: readonly FiredSpan[];
  readonly lost: readonly FiredSpan[];
  /** Events that only the first one found; empty without labels. */
  readonly missed: readonly EntitySpan[];
  /** Why the other one is worse, one sentence each; empty = it passes. */
  readonly faults: readonly string[];
}

/** So many more alerts are let pass: a fifth, at least one. */
const MORE = 0.2;

/**
 * Holds a second backtest of the same file against the first. With labels it is worse if it misses an event that the first one
 * found, or raises more than a fifth (at least one) more false alerts; without, and where none lies in the rows that count, if it loses
 * an alert or gains more than that.
 */
export function compareBacktests(
  first: BacktestResult,
  other: BacktestResult,
  labels: readonly EntitySpan[] | null,
): BacktestComparison {
  const gained = newAlerts(first.alerts, other.alerts);
  const lost = newAlerts(other.alerts, first.alerts);
  const isFound = (event: EntitySpan, { alerts }: BacktestResult): boolean =>
    alerts.some((alert) => overlaps(event, alert));
  const missed = (labels ?? []).filter((event) => isFound(event, first) && !isFound(event, other));
  const faults: string[] = [];
  if (labels === null || first.match.events === 0) {
    if (lost.length > 0) faults.push(`${lost.length} of ${plural(first.alerts.length, 'alert')} lost.`);
    const most = Math.max(1, Math.floor(MORE * first.alerts.length));
    if (gained.length > most) faults.push(`${plural(gained.length, 'alert')} gained, ${most} may be.`);
  } else {
    if (missed.length > 0) faults.push(`${plural(missed.length, 'event')} no longer found.`);
    const { falseAlerts } = first.match;
    const most = falseAlerts + Math.max(1, Math.floor(MORE * falseAlerts));
    if (other.match.falseAlerts > most)
      faults.push(
        `${plural(other.match.falseAlerts, 'false alert')} instead of ${falseAlerts}, ${most} may be.`,
      );
  }
  return { gained, lost, missed, faults };
}

/** Those of `alerts` that overlap none of the known ones on their entity. */
export function newAlerts(known: readonly FiredSpan[], alerts: readonly FiredSpan[]): FiredSpan[] {
  return alerts.filter((alert) => !known.some((one) => overlaps(alert, one)));
}

function overlaps(a: EntitySpan, b: EntitySpan): boolean {
  return a.entity === b.entity && a.startMs <= b.endMs && b.startMs <= a.endMs;
}
