import type { Config } from '../config/config.ts';
import type { Alert } from '../pipeline/effects.ts';
import type { AlertQuery } from '../store/alert-repository.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import { AcceptanceRefusal } from './acceptances.ts';

/**
 * Alerts of the configuration's store, newest first, read beside a daemon or without one. Throws an `AcceptanceRefusal` if the store
 * can't be had.
 */
export function readAlerts(config: Config, query: AlertQuery): Alert[] {
  try {
    const store = openStore(config.store.path, { mode: 'read' });
    try {
      return store.listAlerts(query).map(({ alert }) => alert);
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw new AcceptanceRefusal('refused', error.message);
    throw error;
  }
}
