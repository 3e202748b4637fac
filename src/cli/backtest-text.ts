import { plural } from '../core/plural.ts';
import type { BacktestResult } from '../app/backtest.ts';
import type { FiredSpan } from '../app/fired-alerts.ts';
import type { BacktestOfFile } from '../app/backtest-file.ts';
import type { BacktestComparison } from '../app/compare-backtests.ts';
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
export function textOf(ran: BacktestOfFile): string {
  const table = renderTable(ALERT_HEADER, ran.result.alerts.map(alertRow));
  return [table, '', ...trainingsText(ran.result), ...summaryOf(ran)].join('\n');
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
  ran: BacktestOfFile,
  { gained, lost, faults }: BacktestComparison,
): string {
  const rows = [
    ...gained.map((alert) => ['gained', ...alertRow(alert)]),
    ...lost.map((alert) => ['lost', ...alertRow(alert)]),
  ];
  const table = rows.length === 0 ? 'The same alerts.' : renderTable(['', ...ALERT_HEADER], rows);
  const verdict = faults.length === 0 ? 'Not worse.' : `Worse: ${faults.join(' ')}`;
  return [`\nWith ${path}:`, summaryOf(ran).join('\n'), '', table, '', verdict].join('\n');
}

function summaryOf({ result, spec, labels }: BacktestOfFile): string[] {
  const { entities, steps, match, vusPr, alerts } = result;
  const weeks = match.entityWeeks.toFixed(1);
  const watched = `${plural(steps, 'step')} of ${plural(entities, 'entity', 'entities')} scored, ${weeks} entity-weeks.`;
  const perWeek = match.falseAlertsPerWeek?.toFixed(2) ?? '–';
  const times = match.budgetRatio?.toFixed(2) ?? '–';
  if (labels === null || match.events === 0) {
    return [
      watched,
      ...(labels === null
        ? []
        : [
            `None of ${plural(labels.length, 'label')} lies in the rows that count: this is as without labels.`,
          ]),
      `${plural(alerts.length, 'alert')}, ${perWeek} an entity-week: ${times} × the budget (${spec.name}).`,
    ];
  }
  const delay = match.medianDelayMs === null ? '–' : `${Math.round(match.medianDelayMs / 1000)} s`;
  return [
    watched,
    `${match.found} of ${plural(match.events, 'event')} found, median delay ${delay}.`,
    `${plural(match.falseAlerts, 'false alert')}, ${perWeek} an entity-week: ${times} × the budget (${spec.name}).`,
    `VUS-PR ${vusPr?.toFixed(3) ?? '– (no row is labelled)'}.`,
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
