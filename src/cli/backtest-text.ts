import { plural } from '../core/plural.ts';
import type { BacktestResult } from '../app/backtest.ts';
import type { FiredSpan } from '../app/fired-alerts.ts';
import type { BacktestOfFile } from '../app/backtest-file.ts';
import type { BacktestComparison } from '../app/compare-backtests.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { renderTable } from './table.ts';

const ALERT_HEADER = ['from (UTC)', 'to', 'entity', 'kind', 'score', 'feature'];

/** The result as `--json` prints it (DESIGN §6). */
export function jsonOf({ entities, steps, match, vusPr, alerts }: BacktestResult) {
  return {
    entities,
    steps,
    events: match.events,
    found: match.found,
    false_alerts: match.falseAlerts,
    entity_weeks: match.entityWeeks,
    false_alerts_per_week: match.falseAlertsPerWeek,
    budget_ratio: match.budgetRatio,
    median_delay_s: match.medianDelayMs === null ? null : match.medianDelayMs / 1000,
    vus_pr: vusPr,
    alerts: alerts.map(alertJson),
  };
}

/** The result for people: alerts as a table, and what they come to. */
export function textOf(result: BacktestResult, spec: DetectorSpec): string {
  const table = renderTable(ALERT_HEADER, result.alerts.map(alertRow));
  return [table, '', ...trainingsText(result), ...summaryOf(result, spec)].join('\n');
}

/** How trainings after the first one ended; nothing if there was none. */
function trainingsText({ trainings }: BacktestResult): string[] {
  const later = trainings.slice(1);
  if (later.length === 0) return [];
  const promoted = later.filter(({ outcome }) => outcome === 'promoted').length;
  return [`Trained again ${later.length} times, ${promoted} promoted.`];
}

/** Two results and what is between them, as `--json` prints it. */
export function comparedJson(first: BacktestResult, other: BacktestResult, comparison: BacktestComparison) {
  const { gained, lost, missed, faults } = comparison;
  return {
    first: jsonOf(first),
    other: jsonOf(other),
    gained: gained.map(alertJson),
    lost: lost.map(alertJson),
    missed_events: missed.map(({ entity, startMs, endMs }) => ({
      entity,
      start: new Date(startMs).toISOString(),
      end: new Date(endMs).toISOString(),
    })),
    faults,
  };
}

/** What the second configuration, from `path`, changes, for people. */
export function comparedText(
  path: string,
  { spec, result }: BacktestOfFile,
  { gained, lost, faults }: BacktestComparison,
): string {
  const rows = [
    ...gained.map((alert) => ['gained', ...alertRow(alert)]),
    ...lost.map((alert) => ['lost', ...alertRow(alert)]),
  ];
  const table = rows.length === 0 ? 'The same alerts.' : renderTable(['', ...ALERT_HEADER], rows);
  const verdict = faults.length === 0 ? 'Not worse.' : `Worse: ${faults.join(' ')}`;
  return [`\nWith ${path}:`, summaryOf(result, spec).join('\n'), '', table, '', verdict].join('\n');
}

function summaryOf({ entities, steps, match, vusPr, alerts }: BacktestResult, spec: DetectorSpec): string[] {
  const weeks = match.entityWeeks.toFixed(1);
  const watched = `${plural(steps, 'step')} of ${plural(entities, 'entity', 'entities')} scored, ${weeks} entity-weeks.`;
  const perWeek = match.falseAlertsPerWeek?.toFixed(2) ?? '–';
  const times = match.budgetRatio?.toFixed(2) ?? '–';
  if (vusPr === null) {
    return [
      watched,
      `${plural(alerts.length, 'alert')}, ${perWeek} an entity-week: ${times} × the budget (${spec.name}).`,
    ];
  }
  const delay = match.medianDelayMs === null ? '–' : `${Math.round(match.medianDelayMs / 1000)} s`;
  return [
    watched,
    `${match.found} of ${plural(match.events, 'event')} found, median delay ${delay}.`,
    `${plural(match.falseAlerts, 'false alert')}, ${perWeek} an entity-week: ${times} × the budget (${spec.name}).`,
    `VUS-PR ${vusPr.toFixed(3)}.`,
  ];
}

function alertJson({ entity, startMs, endMs, alert }: FiredSpan) {
  return {
    entity,
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    kind: alert.kind,
    score: alert.peakScore,
    features: alert.contributions.map(({ feature, ratio, seen, expected }) => ({
      feature,
      ratio,
      seen,
      expected,
    })),
  };
}

function alertRow({ entity, startMs, endMs, alert }: FiredSpan): string[] {
  return [
    new Date(startMs).toISOString().slice(0, 16).replace('T', ' '),
    new Date(endMs).toISOString().slice(0, 16).replace('T', ' '),
    entity,
    alert.kind,
    // A rule's alert has no score.
    alert.peakScore > 0 ? alert.peakScore.toFixed(2) : '–',
    alert.contributions[0]?.feature ?? '',
  ];
}
