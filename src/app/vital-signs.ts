import type { Config } from '../config/config.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { budgetUsed } from './budget-used.ts';
import type { Instruments } from './instruments.ts';
import { watchLoopDelay } from './loop-delay.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import { WindowCache } from './window-cache.ts';

export interface VitalSignsOptions {
  readonly config: Config;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly instruments: Instruments;
}

const EVERY_MS = 5000;

/** Looks every few seconds whether the pipeline thread answers, what waits for delivery and what the budget has left; answers how to stop. */
export function startVitalSigns(options: VitalSignsOptions): () => void {
  const { thread, instruments } = options;
  const { metrics, vitals, report } = instruments;
  const loopDelay = watchLoopDelay();
  const windows = new WindowCache(report);
  let trouble: string | null = null;

  const look = (): void => {
    // A thread that is gone says so itself; here only its silence counts.
    thread.call({ kind: 'ping' }).then(
      () => vitals.answered(),
      () => undefined,
    );
    metrics.eventLoopDelay.set({ thread: 'main' }, loopDelay.takeSeconds());
    try {
      lookIntoStore(options, windows);
      trouble = null;
    } catch (error) {
      // The store's writer decides what becomes of the daemon; a look that fails is no reason to end it.
      const message = `Looking into the store: ${error instanceof Error ? error.message : String(error)}`;
      if (message !== trouble) report({ event: 'failed', level: 'error', message });
      trouble = message;
    }
  };
  const timer = setInterval(look, EVERY_MS);
  look();
  return () => {
    clearInterval(timer);
    loopDelay.stop();
  };
}

function lookIntoStore({ config, store, instruments }: VitalSignsOptions, windows: WindowCache): void {
  const { metrics, vitals, exposition } = instruments;
  const inForce = windows.of(store.quietWindows()).inForce(Date.now());
  for (const wanted of ['mute', 'maintenance', 'silence'] as const) {
    metrics.quietWindows.set({ kind: wanted }, inForce.filter(({ kind }) => kind === wanted).length);
  }
  const { pending, dead } = store.outboxCounts();
  for (const { name, type } of config.channels) {
    if (type === 'alertmanager') continue;
    metrics.outboxPending.set({ channel: name }, pending.get(name) ?? 0);
    metrics.outboxDead.set({ channel: name }, dead.get(name) ?? 0);
  }
  for (const spec of config.detectors) {
    const entities = vitals.detector(spec.name)?.entities ?? 0;
    // A trial that failed or a rollback by hand changes it without a training.
    const active = store.listModels(spec.name).find(({ status }) => status === 'active');
    if (active !== undefined) exposition.model(spec.name, active.version, active.card, active.createdMs);
    metrics.budgetUsed.set({ detector: spec.name }, budgetUsed(store, spec, entities));
  }
}
