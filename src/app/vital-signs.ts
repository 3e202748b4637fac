import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { Instruments } from './instruments.ts';
import type { PipelineThread } from './pipeline-thread.ts';

export interface VitalSignsOptions {
  readonly config: Config;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly instruments: Instruments;
}

const EVERY_MS = 5000;
const WEEK_MS = 7 * 86_400_000;
const NANOSECONDS = 1e9;

/** Looks every few seconds whether the pipeline thread answers, what waits for delivery and what the budget has left; answers how to stop. */
export function startVitalSigns({ config, store, thread, instruments }: VitalSignsOptions): () => void {
  const { metrics, vitals } = instruments;
  const loopDelay = monitorEventLoopDelay({ resolution: 10 });
  loopDelay.enable();

  const look = (): void => {
    // A thread that is gone says so itself; here only its silence counts.
    thread.call({ kind: 'ping' }).then(
      () => vitals.answered(),
      () => undefined,
    );
    metrics.eventLoopDelay.set({ thread: 'main' }, loopDelay.percentile(99) / NANOSECONDS);
    loopDelay.reset();
    const waiting = new Map(store.outboxPending().map(({ channel, count }) => [channel, count]));
    for (const { name, type } of config.channels) {
      if (type === 'webhook') metrics.outboxPending.set({ channel: name }, waiting.get(name) ?? 0);
    }
    for (const detector of config.detectors) {
      metrics.budgetUsed.set(
        { detector: detector.name },
        budgetUsed(store, detector, vitals.detector(detector.name)?.entities ?? 0),
      );
    }
  };
  const timer = setInterval(look, EVERY_MS);
  look();
  return () => {
    clearInterval(timer);
    loopDelay.disable();
  };
}

/** Alerts of the last seven days of the detector's own time that were delivered and not labelled real, ÷ budget. */
function budgetUsed(store: StoreReader, spec: DetectorSpec, entities: number): number {
  const newestMs = store.newestMs(spec);
  if (!Number.isFinite(newestMs)) return 0;
  const { count, perMs, scope } = spec.alert.budget;
  const delivered = new Set(
    store
      .listNotifications(spec.name, newestMs - WEEK_MS)
      .filter(({ deliver, event }) => deliver && event === 'firing')
      .map(({ alertId }) => alertId),
  );
  const real = store.listAlerts({ detector: spec.name }).filter(({ label }) => label === 'real');
  for (const { alert } of real) delivered.delete(alert.id);
  const sharers = scope === 'entity' ? Math.max(1, entities) : 1;
  return delivered.size / ((count * WEEK_MS * sharers) / perMs);
}
