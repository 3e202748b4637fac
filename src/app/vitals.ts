import type { BootstrapView } from '../server/views/status-view.ts';
import type { Published, PublishedDetector } from './messages.ts';
import type { TelemetryEvent } from './telemetry.ts';

/** The pipeline thread counts as dead when it has answered no ping for so long. */
const DEAD_AFTER_MS = 60_000;

/** What is known of how the daemon is: alive, ready, in trouble. */
export class Vitals {
  readonly startedMs: number;
  readonly #now: () => number;
  readonly #trouble = new Map<string, string>();
  readonly #detectors = new Map<string, PublishedDetector>();
  readonly #bootstraps = new Map<string, BootstrapView>();
  #answeredMs: number;
  #joined = false;
  #storeOpen = false;

  constructor(now: () => number) {
    this.#now = now;
    this.startedMs = now();
    this.#answeredMs = now();
  }

  answered(): void {
    this.#answeredMs = this.#now();
  }

  storeOpened(): void {
    this.#storeOpen = true;
  }

  published({ detectors }: Published): void {
    for (const detector of detectors) this.#detectors.set(detector.detector, detector);
  }

  /** Trouble begins and ends by events. */
  noted(told: TelemetryEvent): void {
    const { event, message, fields } = told;
    if (event === 'bootstrap' || event === 'bootstrap_failed') this.#noteBootstrap(told);
    else if (event === 'partition_assigned') this.#joined = true;
    else if (event === 'kafka_trouble') this.#trouble.set('kafka', message);
    else if (event === 'kafka_recovered') this.#trouble.delete('kafka');
    else if (event === 'source_trouble') this.#trouble.set(`source ${String(fields?.['source'])}`, message);
    else if (event === 'source_recovered') this.#trouble.delete(`source ${String(fields?.['source'])}`);
    else if (event === 'training_rejected')
      this.#trouble.set(`rejected ${String(fields?.['detector'])}`, message);
    else if (event === 'training_ended' && fields?.['outcome'] === 'promoted')
      this.#trouble.delete(`rejected ${String(fields['detector'])}`);
    else if (event === 'self_test_fell')
      this.#trouble.set(`self-test ${String(fields?.['detector'])}`, message);
    else if (event === 'self_test_recovered')
      this.#trouble.delete(`self-test ${String(fields?.['detector'])}`);
    else if (event === 'reload_failed') this.#trouble.set('reload', message);
    else if (event === 'reloaded') this.#trouble.delete('reload');
    else if (event === 'store_full') this.#trouble.set('store', message);
    else if (event === 'store_recovered') this.#trouble.delete('store');
  }

  trouble(): string[] {
    return [...this.#trouble.values()];
  }

  /** How far the reading of a detector's history is; `null` if it is not under way. */
  bootstrap(detector: string): BootstrapView | null {
    return this.#bootstraps.get(detector) ?? null;
  }

  /** A detector is no more, or has become another one: what ailed it is over. */
  forget(detector: string): void {
    this.#detectors.delete(detector);
    this.#trouble.delete(`rejected ${detector}`);
    this.#trouble.delete(`self-test ${detector}`);
  }

  detector(name: string): PublishedDetector | undefined {
    return this.#detectors.get(name);
  }

  /* A failure has no detectors: it ends the reading of all. */
  #noteBootstrap({ message, fields }: TelemetryEvent): void {
    const { detectors, fraction, isOver } = fields ?? {};
    if (!Array.isArray(detectors) || typeof fraction !== 'number') {
      this.#bootstraps.clear();
      return;
    }
    for (const detector of detectors as readonly string[]) {
      if (isOver === true) this.#bootstraps.delete(detector);
      else this.#bootstraps.set(detector, { ratio: fraction, text: message });
    }
  }

  notAlive(): string | null {
    const silentMs = this.#now() - this.#answeredMs;
    return silentMs < DEAD_AFTER_MS
      ? null
      : `the pipeline thread has not answered for ${Math.round(silentMs / 1000)} s`;
  }

  notReady(): string[] {
    const missing: string[] = [];
    if (!this.#storeOpen) missing.push('the store is not open yet');
    if (!this.#joined) missing.push('no partition has been assigned yet');
    return missing;
  }
}
