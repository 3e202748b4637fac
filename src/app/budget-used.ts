import type { DetectorSpec } from '../core/detector.ts';
import type { StoreReader } from '../store/store-reader.ts';

const WEEK_MS = 7 * 86_400_000;

/**
 * Incidents of the last seven days of the detector's own time that were delivered and hold nothing labelled real, ÷ budget: what
 * the refit of the detector's offset counts, too. Of a budget of each entity it is the mean over them.
 */
export function budgetUsed(store: StoreReader, spec: DetectorSpec, entities: number): number {
  const newestMs = store.newestMs(spec);
  if (!Number.isFinite(newestMs)) return 0;
  const { count, perMs, scope } = spec.alert.budget;
  const counted = store.countIncidentsAgainstBudget(spec.name, newestMs - WEEK_MS, scope);
  const sharers = scope === 'entity' ? Math.max(1, entities) : 1;
  return counted / ((count * WEEK_MS * sharers) / perMs);
}
