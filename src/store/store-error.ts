/** What went wrong with the store; decides what the daemon does about it. */
export type StoreErrorCode =
  /** Another process holds the store. */
  | 'store_locked'
  /** No room, or the disk refuses: nothing was written, the same call may be repeated. */
  | 'store_full'
  /** The directory or file may not be written by this user. */
  | 'store_unwritable'
  /** Written by a newer strayd. */
  | 'store_newer'
  /** Read-only use of a store that an older strayd wrote. */
  | 'store_older'
  /** Not a database, or damaged. */
  | 'store_corrupt'
  /** A database of some other program. */
  | 'store_foreign'
  /** Read-only use of a directory without a store. */
  | 'store_missing';

/** Trouble of the environment with the store. `canRetry`: the same call may succeed later, nothing was lost. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly canRetry: boolean;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
    this.canRetry = code === 'store_full' || code === 'store_locked';
  }
}

/** The store is held by another process, whose pid is `holderPid`. */
export class StoreLockedError extends StoreError {
  readonly holderPid: number;

  constructor(directory: string, holderPid: number) {
    super(
      'store_locked',
      `The store ${directory} is in use by another strayd, process ${holderPid}. ` +
        'Stop that one first, talk to it with --url, or give this one another store.path.',
    );
    this.name = 'StoreLockedError';
    this.holderPid = holderPid;
  }
}
