import { setTimeout as pause } from 'node:timers/promises';
import type { PartitionId, PartitionMark } from '../core/records.ts';
import type { RecordStream } from '../ingest/record-stream.ts';

interface Commit {
  readonly marks: readonly PartitionMark[];
  readonly owner: string;
}

/**
 * Commits marks to the broker beside the reading: at most one commit is under way, and of those that came meanwhile only
 * the newest waits, since its marks say all that the older ones did. A coordinator that hangs holds nobody up.
 */
export class CommitChain {
  readonly #stream: Pick<RecordStream, 'commit'>;
  #waiting: Commit | null = null;
  #running: Promise<void> | null = null;

  constructor(stream: Pick<RecordStream, 'commit'>) {
    this.#stream = stream;
  }

  /** To be called after the transaction that made the marks true. A commit that rejects is nobody's to catch. */
  add(marks: readonly PartitionMark[], owner: string): void {
    this.#waiting = { marks, owner };
    this.#running ??= this.#run();
  }

  /** The partition is read by another member now: a mark of ours that still waits could be older than its marks. */
  forget({ topic, partition }: PartitionId): void {
    if (this.#waiting === null) return;
    const { marks, owner } = this.#waiting;
    const others = marks.filter((mark) => mark.topic !== topic || mark.partition !== partition);
    this.#waiting = { marks: others, owner };
  }

  /** Resolves when the newest marks are committed, or after `patienceMs`: after a restart our own store knows better. */
  async settle(patienceMs: number): Promise<void> {
    const over = new AbortController();
    const tooLong = pause(patienceMs, undefined, { signal: over.signal }).catch(() => undefined);
    try {
      await Promise.race([this.#running, tooLong]);
    } finally {
      over.abort();
    }
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting; next !== null; next = this.#waiting) {
      this.#waiting = null;
      await this.#stream.commit(next.marks, next.owner);
    }
    this.#running = null;
  }
}
