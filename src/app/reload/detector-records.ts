import { parseExact, stringifyExact } from '../../store/number-json.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { StoreWriter } from '../../store/store-writer.ts';
import type { DetectorRecord } from './detector-plan.ts';

const NOTE = 'detectors';

/** What was on record of the configured detectors; empty in a store of an earlier version. */
export function readDetectorRecords(store: Pick<StoreReader, 'note'>): DetectorRecord[] {
  const text = store.note(NOTE);
  return text === null ? [] : (parseExact(text) as DetectorRecord[]);
}

/** The text and the name under which they are noted. */
export function noteOfRecords(records: readonly DetectorRecord[]): Parameters<StoreWriter['setNote']> {
  return [NOTE, stringifyExact(records)];
}
