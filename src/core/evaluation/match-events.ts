const WEEK_MS = 7 * 86_400_000;

/** A stretch of time of one entity, ms, both ends inclusive: a labelled event, or an alert while it fired. */
export interface EntitySpan {
  readonly entity: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface MatchInput {
  /** What really happened. */
  readonly events: readonly EntitySpan[];
  readonly alerts: readonly EntitySpan[];
  readonly entities: number;
  /** Time watched of all entities together, ms. */
  readonly watchedMs: number;
  readonly budget: { readonly count: number; readonly perMs: number; readonly scope: 'detector' | 'entity' };
}

/** The backtest's account (DESIGN §6). */
export interface MatchResult {
  readonly events: number;
  /** Events during which an alert fired. */
  readonly found: number;
  /** Alerts that overlap no event. */
  readonly falseAlerts: number;
  readonly entityWeeks: number;
  /** Per entity-week; `null` if nothing was watched. */
  readonly falseAlertsPerWeek: number | null;
  /** False alerts had ÷ asked for by the budget; `null` if nothing was watched. */
  readonly budgetRatio: number | null;
  /** From an event's start to the first alert in it, over found events; 0 if one fired already. `null` if none was found. */
  readonly medianDelayMs: number | null;
}

/** Counts events found and false alerts: an event is found if an alert of its entity is firing inside it. */
export function matchEvents(input: MatchInput): MatchResult {
  const delays = input.events.flatMap((event) => delayOf(event, input.alerts) ?? []);
  const falseAlerts = input.alerts.filter(
    (alert) => !input.events.some((event) => overlap(alert, event)),
  ).length;
  const entityWeeks = input.watchedMs / WEEK_MS;
  const { count, perMs, scope } = input.budget;
  const sharers = scope === 'entity' ? 1 : Math.max(1, input.entities);
  const asked = (count * WEEK_MS) / perMs / sharers;
  const perWeek = entityWeeks > 0 ? falseAlerts / entityWeeks : null;
  return {
    events: input.events.length,
    found: delays.length,
    falseAlerts,
    entityWeeks,
    falseAlertsPerWeek: perWeek,
    budgetRatio: perWeek === null ? null : perWeek / asked,
    medianDelayMs: median(delays),
  };
}

function delayOf(event: EntitySpan, alerts: readonly EntitySpan[]): number | null {
  const delays = alerts
    .filter((alert) => overlap(alert, event))
    .map((alert) => Math.max(0, alert.startMs - event.startMs));
  return delays.length === 0 ? null : Math.min(...delays);
}

function overlap(a: EntitySpan, b: EntitySpan): boolean {
  return a.entity === b.entity && a.startMs <= b.endMs && b.startMs <= a.endMs;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
