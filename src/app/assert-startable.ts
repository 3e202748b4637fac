import { acquireStoreLock } from '../store/lock.ts';
import { StoreLockedError } from '../store/store-error.ts';
import { assertFree, ListenError, type ListenAddress } from './listen.ts';
import { PipelineNotStarted } from './pipeline-thread.ts';

/**
 * Throws before anything is opened if the address can't be had. If what listens there is another strayd on the same store, the
 * error names that one, as it would on another address.
 */
export async function assertStartable(address: ListenAddress, storePath: string): Promise<void> {
  try {
    await assertFree(address);
  } catch (error) {
    const holder = error instanceof ListenError && error.isTaken ? lockOf(storePath) : null;
    throw holder === null ? error : new PipelineNotStarted(holder);
  }
}

/** Who holds the store; `null` if nobody does, or there is none yet. */
function lockOf(storePath: string): StoreLockedError | null {
  try {
    acquireStoreLock(storePath, process.pid).release();
    return null;
  } catch (error) {
    return error instanceof StoreLockedError ? error : null;
  }
}
