import { isFault } from '../pipeline/alerts/is-fault.ts';
import type { Alert, AlertTransition } from '../pipeline/effects.ts';
import type { Metrics } from '../server/metrics.ts';
import type { ScoreSeries } from '../server/score-series.ts';
import { alertIdentity } from './alert-identity.ts';

/** How long `strayd_alert_active` and `strayd_shift_active` stay at 0 after an alert resolved, so that a scrape can't miss the end. */
const LINGER_MS = 15 * 60_000;

interface LingeringAlert {
  readonly alert: Alert;
  readonly untilMs: number;
}

export interface AlertSeriesOptions {
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  /** Where the score of an entity whose alert fires is held, whatever else is shown. */
  readonly scoresOf: (detector: string) => ScoreSeries;
}

/** The metrics of alerts: which fire, of what, and how many there were. */
export class AlertSeries {
  readonly #metrics: Metrics;
  readonly #nowMs: () => number;
  readonly #scoresOf: (detector: string) => ScoreSeries;
  readonly #contributing = new Map<string, readonly string[]>();
  readonly #lingering = new Map<string, LingeringAlert>();
  /** Firing alerts by id, as they are shown. */
  readonly #active = new Map<string, Alert>();

  constructor({ metrics, nowMs, scoresOf }: AlertSeriesOptions) {
    this.#metrics = metrics;
    this.#nowMs = nowMs;
    this.#scoresOf = scoresOf;
  }

  /** Counts what an alert has become, and shows it. */
  apply({ alert, from, to }: AlertTransition): void {
    if (to === 'firing') {
      if (from !== to) this.#metrics.alertsTotal.inc({ detector: alert.detector, kind: alert.kind });
      else if (this.#becomesShift(alert)) this.#metrics.shiftsTotal.inc({ detector: alert.detector });
      this.activate(alert);
    } else if (to === 'resolved') {
      const { detector, resolution } = alert;
      this.#metrics.alertsResolvedTotal.inc({ detector, resolution: resolution ?? 'recovered' });
      this.#deactivate(alert);
    }
  }

  #becomesShift({ id, kind }: Alert): boolean {
    return kind === 'shift' && this.#active.get(id)?.kind !== 'shift';
  }

  /** Shows an alert that fires. */
  activate(alert: Alert): void {
    const { detector, entity } = alert;
    // A rule on this metric pages people: what observe mode or a thin threshold keeps back must not come this way.
    if (alert.notified) {
      this.#lingering.delete(lingerKey(alert));
      this.#metrics.alertActive.set(alertLabels(alert), 1);
      if (alert.kind === 'shift') this.#metrics.shiftActive.set(shiftLabels(alert), 1);
    }
    this.#active.set(alert.id, alert);
    // No score is behind it, and no deviation to have shares of.
    if (isFault(alert)) return;
    this.#scoresOf(detector).pin(entity);
    for (const { feature, ratio } of alert.contributions) {
      this.#metrics.featureContribution.set({ detector, entity, feature }, ratio);
    }
    this.#contributing.set(
      entityKey(detector, entity),
      alert.contributions.map(({ feature }) => feature),
    );
  }

  #deactivate(alert: Alert): void {
    const { detector, entity } = alert;
    if (alert.notified) this.#linger(alert);
    this.#active.delete(alert.id);
    if (isFault(alert)) return;
    this.#scoresOf(detector).unpin(entity);
    this.removeContributions(detector, entity);
    // A shift and an alert beside it: what is left is shown on.
    for (const left of this.#active.values()) {
      if (left.detector === detector && left.entity === entity && !isFault(left)) this.activate(left);
    }
  }

  /** Whether people are told of a shift of the alert's entity now. */
  #stays({ detector, entity }: Alert): boolean {
    return [...this.#active.values()].some(
      (one) => one.notified && one.kind === 'shift' && one.detector === detector && one.entity === entity,
    );
  }

  #linger(alert: Alert): void {
    this.#metrics.alertActive.set(alertLabels(alert), 0);
    if (alert.kind === 'shift') this.#metrics.shiftActive.set(shiftLabels(alert), 0);
    this.#lingering.set(lingerKey(alert), { alert, untilMs: this.#nowMs() + LINGER_MS });
  }

  /** Takes out what has been at 0 for long enough. */
  dropLingering(): void {
    const now = this.#nowMs();
    for (const [key, { alert, untilMs }] of this.#lingering) {
      if (now < untilMs) continue;
      this.#metrics.alertActive.remove(alertLabels(alert));
      if (alert.kind === 'shift' && !this.#stays(alert)) this.#metrics.shiftActive.remove(shiftLabels(alert));
      this.#lingering.delete(key);
    }
  }

  /** Of a detector that is gone, or watches otherwise, no alert is shown any more. */
  dropDetector(detector: string): void {
    for (const map of [this.#active, this.#lingering])
      for (const [key, held] of map) {
        if (('alert' in held ? held.alert : held).detector === detector) map.delete(key);
      }
    for (const key of this.#contributing.keys()) {
      if ((JSON.parse(key) as string[])[0] === detector) this.#contributing.delete(key);
    }
  }

  /** Shows no more what an entity's alert is about. */
  removeContributions(detector: string, entity: string): void {
    const key = entityKey(detector, entity);
    for (const feature of this.#contributing.get(key) ?? []) {
      this.#metrics.featureContribution.remove({ detector, entity, feature });
    }
    this.#contributing.delete(key);
  }
}

function alertLabels(alert: Alert) {
  const { beside, ...identity } = alertIdentity(alert);
  return beside === '' ? identity : { ...identity, beside };
}

function shiftLabels({ detector, entity }: Alert) {
  return { detector, entity };
}

function entityKey(detector: string, entity: string): string {
  return JSON.stringify([detector, entity]);
}

function lingerKey(alert: Alert): string {
  return JSON.stringify(Object.values(alertIdentity(alert)));
}
