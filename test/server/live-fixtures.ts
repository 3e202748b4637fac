import type { LiveBackend } from '../../src/server/live-backend.ts';
import type { LiveUpdate } from '../../src/server/views/live-view.ts';

/** Something to watch with one detector; `tell` sends an update. */
export function fakeLive(changes: Partial<LiveBackend> = {}) {
  const listeners = new Set<(update: LiveUpdate) => void>();
  const live: LiveBackend = {
    outline: () => [
      {
        detector: 'hosts',
        stepMs: 60_000,
        features: [{ name: 'cpu', unit: 'cores' }],
        budget: '5 per week',
        budgetUsed: 0.2,
        newestMs: 86_400_000,
        lastScoredMs: null,
        heldBack: 0,
      },
    ],
    scores: (detector) => [{ detector: detector ?? 'hosts', scores: [['db-1', 0.5, 60_000]] }],
    sources: () => [],
    trainingRuns: () => [],
    configuration: () => 'store:\n  path: /data\n',
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ...changes,
  };
  const tell = (update: LiveUpdate): void => listeners.forEach((listener) => listener(update));
  return { live, listeners, tell };
}
