import type { Config } from '../config/config.ts';
import { isFault } from '../pipeline/alerts/is-fault.ts';
import type { AlertTransition } from '../pipeline/effects.ts';
import { dropSeries } from '../server/drop-series.ts';
import { createMetrics, type Metrics } from '../server/metrics.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { buildInfo } from './build-info.ts';
import { alertFacts, factsContext } from './alert-facts.ts';
import { CurrentAlerts } from './current-alerts.ts';
import { entityInfoLabels } from './entity-info.ts';
import { Exposition } from './exposition.ts';
import { startLog, type LogStyle } from './log.ts';
import { LimitNotices } from './limit-notices.ts';
import type { Published } from './messages.ts';
import { ScoreFeed } from './score-feed.ts';
import { SourceWatch } from './source-watch.ts';
import type { Report } from './telemetry.ts';
import { Vitals } from './vitals.ts';

/** Everything that watches the daemon itself: metrics, log, health, and the alerts that level channels tell of. */
export interface Instruments {
  readonly metrics: Metrics;
  readonly exposition: Exposition;
  readonly vitals: Vitals;
  readonly current: CurrentAlerts;
  readonly limits: LimitNotices;
  readonly scores: ScoreFeed;
  readonly sources: SourceWatch;
  readonly report: Report;
  /** Goes on with another configuration; of the detectors that are `gone`, or have become others, nothing is told any more. */
  readonly reconfigure: (config: Config, gone: readonly string[]) => Promise<void>;
}

export function createInstruments(
  config: Config,
  log: LogStyle,
  build: ReturnType<typeof buildInfo>,
): Instruments {
  const metrics = createMetrics(build, entityInfoLabels(config.detectors));
  showSources(metrics, config);
  const vitals = new Vitals(Date.now);
  const write = startLog(log, metrics);
  let running = config;
  const stepMsOf = (detector: string): number =>
    running.detectors.find(({ name }) => name === detector)?.stepMs ?? 0;
  const exposition = new Exposition(metrics, Date.now, config.detectors);
  const scores = new ScoreFeed();
  const sources = new SourceWatch(config.sources, Date.now);
  return {
    metrics,
    vitals,
    exposition,
    current: new CurrentAlerts(
      (alert) => alertFacts(alert, stepMsOf(alert.detector), factsContext(running)),
      Date.now,
    ),
    limits: new LimitNotices(Date.now),
    scores,
    sources,
    reconfigure: async (next, gone) => {
      const formerly = running;
      running = next;
      sources.reconfigure(next.sources);
      for (const detector of gone) {
        vitals.forget(detector);
        scores.forget(detector);
      }
      await exposition.reconfigure(next.detectors, gone);
      await dropGone(metrics, formerly, next);
      showSources(metrics, next);
    },
    report: (event) => {
      write(event);
      vitals.noted(event);
      const { detectors, fraction } = event.fields ?? {};
      if (event.event !== 'bootstrap' || typeof fraction !== 'number') return;
      for (const detector of detectors as readonly string[])
        metrics.bootstrapRatio.set({ detector }, fraction);
    },
  };
}

/** There from the start, so that a rate over the first late sample is one. */
function showSources(metrics: Metrics, { sources }: Config): void {
  for (const { name } of sources) metrics.lateSamplesTotal.inc({ source: name }, 0);
}

async function dropGone(metrics: Metrics, former: Config, next: Config): Promise<void> {
  for (const [label, list] of [
    ['source', 'sources'],
    ['channel', 'channels'],
  ] as const) {
    const names = new Set(next[list].map(({ name }) => name));
    for (const { name } of former[list]) {
      if (!names.has(name)) await dropSeries(metrics.registry, { [label]: name });
    }
  }
}

/** Shows at once what was true before a restart: open alerts, and the models in use. */
export function restoreInstruments(
  { exposition, current }: Instruments,
  store: StoreReader,
  config: Config,
): void {
  const detectors = new Set(config.detectors.map(({ name }) => name));
  const firing = store.listAlerts({ state: 'firing' }).filter(({ alert }) => detectors.has(alert.detector));
  exposition.restore(firing.map(({ alert }) => alert));
  current.restore(firing);
  for (const { name } of config.detectors) {
    const active = store.listModels(name).find(({ status }) => status === 'active');
    if (active !== undefined) exposition.model(name, active.version, active.card, active.createdMs);
  }
}

/** Takes in what one checkpoint made true. */
export function showPublished(
  { vitals, current, exposition, limits, scores, sources, report }: Instruments,
  published: Published,
): void {
  vitals.published(published);
  current.apply(published.transitions, published.incidents);
  exposition.apply(published);
  scores.apply(published);
  sources.apply(published);
  for (const transition of published.transitions) reportTransition(transition, report);
  for (const notice of limits.noticesOf(published)) report(notice);
}

function reportTransition({ alert, from, to }: AlertTransition, report: Report): void {
  const { id, detector, entity, kind, resolution } = alert;
  const hasStayed = from === to && kind === 'shift';
  if ((from === to && !hasStayed) || (to !== 'firing' && to !== 'resolved')) return;
  const what = hasStayed
    ? 'has become a shift: its level stays'
    : resolution === 'accepted'
      ? 'is resolved: accepted as new normal, not back'
      : resolution === 'forgotten'
        ? 'is resolved: no data came any more, forgotten'
        : `is ${to}`;
  const fault = isFault(alert) ? `${kind === 'absence' ? 'Absence' : 'Flatline'} alert` : 'Alert';
  const message = `${fault} ${id} of ${entity} (${detector}) ${what}.`;
  report({
    event: 'alert',
    level: to === 'firing' ? 'warn' : 'info',
    message,
    fields: { id, detector, entity },
  });
}
