import type { LastRecord, PartitionId, RawBatch, RecordPrint } from '../core/records.ts';
import { recordFingerprint } from '../ingest/record-fingerprint.ts';

/** What was read last of each partition, and what of that the store does not know yet. */
export class LastRecords {
  readonly #all = new Map<string, LastRecord>();
  readonly #changed = new Set<string>();

  constructor(stored: readonly LastRecord[]) {
    for (const one of stored) this.#all.set(keyOf(one), one);
  }

  /** The record read last of a partition, `null` if nothing is known of it. */
  of(partition: PartitionId): RecordPrint | null {
    return this.#all.get(keyOf(partition))?.print ?? null;
  }

  /** A batch was read. */
  read(batch: RawBatch): void {
    const record = batch.records.at(-1);
    if (record === undefined) return;
    // It would be another one once the bound is raised.
    if (record.isTooLarge === true) {
      this.forget(batch);
      return;
    }
    this.#set(batch, { offset: record.offset, fingerprint: recordFingerprint(record) });
  }

  /** The log is another one now, or is read from a place that is not ours. */
  forget(partition: PartitionId): void {
    if (this.of(partition) !== null) this.#set(partition, null);
  }

  /** What the next transaction has to write; counts as written. */
  takeChanged(): LastRecord[] {
    const changed = [...this.#changed].flatMap((key) => this.#all.get(key) ?? []);
    this.#changed.clear();
    return changed;
  }

  #set({ source, topic, partition }: PartitionId, print: RecordPrint | null): void {
    const one = { source, topic, partition, print };
    this.#all.set(keyOf(one), one);
    this.#changed.add(keyOf(one));
  }
}

function keyOf({ source, topic, partition }: PartitionId): string {
  return JSON.stringify([source, topic, partition]);
}
