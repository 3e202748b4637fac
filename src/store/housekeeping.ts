import type { FeatureSet } from './feature-set-repository.ts';
import { dayOf } from './recent-files.ts';
import type { Repositories } from './repositories.ts';
import type { StoreSettings } from './store-settings.ts';

/** So long what people accepted may still be heeded, and a little more. */
const ACCEPTANCES_MS = 7 * 86_400_000;

/** Drops what is too old, once for each day that a detector's event time enters. */
export class Housekeeping {
  readonly #repositories: Repositories;
  readonly #settings: StoreSettings;
  readonly #doneDays = new Map<number, number>();

  constructor(repositories: Repositories, settings: StoreSettings) {
    this.#repositories = repositories;
    this.#settings = settings;
  }

  /** Sets whose event time has entered a new day since the last call for them. */
  due(sets: Iterable<FeatureSet>): FeatureSet[] {
    return [...sets].filter((set) => {
      const newestMs = this.#repositories.sets.newestMs(set.id);
      return Number.isFinite(newestMs) && dayOf(newestMs) !== this.#doneDays.get(set.id);
    });
  }

  /** Deletes rows: to be called inside a transaction. */
  deleteRows(set: FeatureSet): void {
    const {
      sets,
      reservoir,
      entities,
      kept,
      calibrations,
      alerts,
      transitions,
      notifications,
      incidents,
      quietWindows,
      outbox,
      exclusions,
      acceptances,
    } = this.#repositories;
    const { reservoirMs, alertsMs, discardedMs } = this.#settings;
    const newestMs = sets.newestMs(set.id);
    reservoir.dropOlder(set.id, Math.floor((newestMs - reservoirMs) / set.stepMs));
    for (const id of entities.forgottenBefore(set.id, newestMs - reservoirMs)) {
      kept.deleteEntity(id);
      reservoir.deleteEntity(id);
      calibrations.deleteEntity(id);
      entities.deleteId(id);
    }
    alerts.deleteOld(set.detector, { discardedMs: newestMs - discardedMs, resolvedMs: newestMs - alertsMs });
    transitions.deleteOld(set.detector, newestMs - alertsMs);
    notifications.deleteOld(set.detector, newestMs - alertsMs);
    incidents.deleteOld(set.detector, newestMs - alertsMs);
    // Only trainings heed a silence, and they reach no further back than the reservoir.
    quietWindows.deleteOld(newestMs - alertsMs, newestMs - reservoirMs);
    exclusions.deleteOld(set.detector, Math.floor((newestMs - alertsMs) / set.stepMs));
    acceptances.deleteOld(set.detector, Math.floor((newestMs - ACCEPTANCES_MS) / set.stepMs));
    outbox.deleteOld();
    for (const id of sets.agedIds(reservoirMs)) this.#deleteSet(id);
  }

  /** Unlinks recent files: to be called after the transaction. */
  unlinkFiles(set: FeatureSet): void {
    const { sets, files } = this.#repositories;
    const newestMs = sets.newestMs(set.id);
    files.dropBefore(set.id, dayOf(newestMs - this.#settings.recentMs));
    this.#doneDays.set(set.id, dayOf(newestMs));
  }

  #deleteSet(setId: number): void {
    const { sets, entities, kept, reservoir, calibrations, files } = this.#repositories;
    for (const { id } of entities.idsOf(setId)) {
      kept.deleteEntity(id);
      reservoir.deleteEntity(id);
      calibrations.deleteEntity(id);
      entities.deleteId(id);
    }
    sets.delete(setId);
    files.dropBefore(setId, Infinity);
  }
}
