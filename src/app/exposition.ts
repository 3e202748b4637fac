import { isDeepStrictEqual } from 'node:util';
import type { DetectorSpec } from '../core/detector.ts';
import { hasSize } from '../core/fault-size.ts';
import type { Alert } from '../pipeline/effects.ts';
import { dropSeries } from '../server/drop-series.ts';
import { renewEntityInfo, type Metrics } from '../server/metrics.ts';
import { ScoreSeries } from '../server/score-series.ts';
import type { FaultResult } from '../training/self-test.ts';
import type { TrainingCard } from '../training/training-card.ts';
import { AlertSeries } from './alert-series.ts';
import { entityInfo, entityInfoLabels } from './entity-info.ts';
import { limitOfReason, limitOfResult } from './limit-names.ts';
import type { Published, PublishedDetector } from './messages.ts';
import { SourceMetrics } from './source-metrics.ts';

const MOST_SCORE_SERIES = 1000;
const REPICK_MS = 10 * 60_000;
/** A detector that finds less of a fault than that is blind to it. */
const BLIND_BELOW = 0.5;
/** /metrics is rendered at most this often: rendering many series blocks the main thread. */
const CACHE_MS = 1000;

/** Turns what the pipeline thread published into metric values, and renders /metrics with a short cache. */
export class Exposition {
  readonly #metrics: Metrics;
  readonly #now: () => number;
  readonly #series = new Map<string, ScoreSeries>();
  readonly #shown = new Map<string, Set<string>>();
  readonly #models = new Map<string, { detector: string; version: string; backend: string }>();
  readonly #alerts: AlertSeries;
  readonly #lastScored = new Map<string, number>();
  #specs: ReadonlyMap<string, DetectorSpec>;
  readonly #sources: SourceMetrics;
  #text: Promise<string> | null = null;
  #renderedAtMs = -Infinity;

  /** `detectors`: whose entities are told of by `strayd_entity_info`. */
  constructor(metrics: Metrics, now: () => number, detectors: readonly DetectorSpec[] = []) {
    this.#metrics = metrics;
    this.#now = now;
    this.#specs = new Map(detectors.map((spec) => [spec.name, spec]));
    this.#sources = new SourceMetrics(metrics);
    this.#alerts = new AlertSeries({ metrics, nowMs: now, scoresOf: (detector) => this.#seriesOf(detector) });
  }

  apply(published: Published): void {
    const metrics = this.#metrics;
    for (const { detector, entity, score, stepEndMs } of published.scores) {
      this.#seriesOf(detector).update(entity, score);
      // Entities have clocks of their own: the last one told of need not be the newest.
      this.#lastScored.set(detector, Math.max(this.#lastScored.get(detector) ?? -Infinity, stepEndMs));
    }
    for (const [detector, newestMs] of this.#lastScored) {
      metrics.lastScored.set({ detector }, newestMs / 1000);
    }
    for (const [detector, scores] of Object.entries(published.allScores)) {
      metrics.windowsScoredTotal.inc({ detector }, scores.length);
      for (const score of scores) metrics.scoreDistribution.observe({ detector }, score);
    }
    for (const { source, result, count } of published.samples) {
      metrics.samplesTotal.inc({ source, result }, count);
      if (result === 'late') metrics.lateSamplesTotal.inc({ source }, count);
      const exceeded = limitOfResult(result);
      if (exceeded !== undefined) metrics.limitExceededTotal.inc({ limit: exceeded.limit }, count);
    }
    for (const { source, reason, count } of published.deadLetters) {
      metrics.deadLettersTotal.inc({ source, reason }, count);
      const exceeded = limitOfReason(reason);
      if (exceeded !== undefined) metrics.limitExceededTotal.inc({ limit: exceeded.limit }, count);
    }
    this.#sources.apply(published.partitions);
    for (const detector of published.detectors) this.#applyDetector(detector);
    for (const transition of published.transitions) this.#alerts.apply(transition);
    metrics.incidentsHeldBack.inc(published.heldBack);
    for (const { detector, message } of published.told) metrics.incidentMessages.inc({ detector, message });
    for (const { detector, entity } of published.forgotten) this.#forget(detector, entity);
    this.#alerts.dropLingering();
    metrics.storeBytes.set(published.storeBytes);
    metrics.fetchedBytes.set(published.waitingBytes);
    metrics.eventLoopDelay.set({ thread: 'pipeline' }, published.loopDelaySeconds);
  }

  /** Alerts that were open before a restart count as active at once. */
  restore(alerts: readonly Alert[]): void {
    for (const alert of alerts) if (alert.state === 'firing') this.#alerts.activate(alert);
  }

  /** From now on these detectors are told of. Of those that are `gone` nothing is left; what has become another one goes on counting. */
  async reconfigure(detectors: readonly DetectorSpec[], gone: readonly string[]): Promise<void> {
    const labels = entityInfoLabels(detectors);
    if (!isDeepStrictEqual(labels, entityInfoLabels([...this.#specs.values()]))) {
      renewEntityInfo(this.#metrics, labels);
      // Told of again when the text is next made.
      this.#shown.clear();
    }
    this.#specs = new Map(detectors.map((spec) => [spec.name, spec]));
    for (const detector of gone) {
      for (const map of [this.#series, this.#shown, this.#models, this.#lastScored]) map.delete(detector);
      this.#alerts.dropDetector(detector);
      const isLeft = this.#specs.has(detector);
      await dropSeries(this.#metrics.registry, { detector }, ...(isLeft ? (['gauge'] as const) : []));
    }
    this.#text = null;
  }

  /** Names the model in use; `card` is its model card as JSON. */
  model(detector: string, version: string, card: string, trainedMs: number): void {
    const known = this.#models.get(detector);
    if (known?.version === version) return;
    if (known !== undefined) this.#metrics.modelInfo.remove(known);
    const { backend, selfTest } = JSON.parse(card) as Pick<TrainingCard, 'backend' | 'selfTest'>;
    // As far as the hourly test has not tried it yet.
    if (selfTest !== undefined)
      this.selfTested(
        detector,
        selfTest.map((one) => ({ ...one, fallen: false })),
        trainedMs,
      );
    const labels = { detector, version, backend };
    this.#models.set(detector, labels);
    this.#metrics.modelInfo.set(labels, 1);
    this.#metrics.modelTrained.set({ detector }, trainedMs / 1000);
  }

  /** What a detector found of injected faults; `fallen`: clearly less than when its model was trained. */
  selfTested(
    detector: string,
    faults: readonly (FaultResult & { readonly fallen: boolean })[],
    testedMs: number,
  ): void {
    for (const { fault, recall, smallestSize, fallen } of faults) {
      const labels = { detector, fault };
      this.#metrics.selfTestRecall.set(labels, recall);
      if (hasSize(fault)) this.#metrics.selfTestSmallestSize.set(labels, smallestSize ?? Infinity);
      this.#metrics.selfTestBlind.set(labels, recall < BLIND_BELOW ? 1 : 0);
      this.#metrics.selfTestFallen.set(labels, fallen ? 1 : 0);
    }
    if (faults.length > 0) this.#metrics.selfTestTime.set({ detector }, testedMs / 1000);
  }

  render(): Promise<string> {
    const now = this.#now();
    if (this.#text === null || now - this.#renderedAtMs >= CACHE_MS) {
      this.#refresh(now);
      this.#renderedAtMs = now;
      this.#text = this.#metrics.registry.metrics();
    }
    return this.#text;
  }

  #refresh(now: number): void {
    for (const [detector, series] of this.#series) {
      const { shown, omitted } = series.visible(now);
      const names = new Set(shown.map(({ entity }) => entity));
      for (const entity of this.#shown.get(detector) ?? []) {
        if (names.has(entity)) continue;
        this.#metrics.anomalyScore.remove({ detector, entity });
        this.#entityInfo(detector, entity, false);
      }
      for (const entity of names) {
        if (this.#shown.get(detector)?.has(entity) !== true) this.#entityInfo(detector, entity, true);
      }
      for (const { entity, score } of shown) this.#metrics.anomalyScore.set({ detector, entity }, score);
      this.#shown.set(detector, names);
      this.#metrics.scoreSeriesOmitted.set({ detector }, omitted);
    }
    this.#sources.refresh(now);
    this.#alerts.dropLingering();
  }

  #entityInfo(detector: string, entity: string, isShown: boolean): void {
    const spec = this.#specs.get(detector);
    if (spec === undefined) return;
    const labels = entityInfo(spec, entity);
    if (isShown) this.#metrics.entityInfo.set(labels, 1);
    else this.#metrics.entityInfo.remove(labels);
  }

  #seriesOf(detector: string): ScoreSeries {
    let series = this.#series.get(detector);
    if (series === undefined) {
      series = new ScoreSeries({ limit: MOST_SCORE_SERIES, repickMs: REPICK_MS });
      this.#series.set(detector, series);
    }
    return series;
  }

  #applyDetector({ detector, entities, openAlerts, warmupRatio }: PublishedDetector): void {
    this.#metrics.entities.set({ detector, state: 'known' }, entities);
    this.#metrics.entities.set({ detector, state: 'alerting' }, openAlerts);
    this.#metrics.warmupRatio.set({ detector }, warmupRatio);
  }

  #forget(detector: string, entity: string): void {
    this.#series.get(detector)?.forget(entity);
    this.#alerts.removeContributions(detector, entity);
  }
}
