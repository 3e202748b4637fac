import type { DecodedRecord, RecordSlice } from '../../core/records.ts';
import type { Sample } from '../../core/sample.ts';
import type { WideRow } from './wide-csv.ts';

/** How rows become slices: the source's name, the rows' features, and how many rows a slice holds at most. */
export interface WideSliceOptions {
  readonly source: string;
  readonly features: readonly string[];
  readonly stepMs: number;
  readonly rowsPerSlice: number;
}

/** The label that carries a row's entity. */
export const ENTITY_LABEL = 'entity';

/**
 * Rows as one partition's slices in order of time, one record a row and one sample a feature that is there (metric =
 * the feature's name, label `entity`). Each entity's last row comes again one step later with fresh times, because an
 * entity's step closes only when its clock passes the end; those repeats themselves stay open.
 */
export function* wideSlices(rows: readonly WideRow[], options: WideSliceOptions): Generator<RecordSlice> {
  const { source, features, stepMs, rowsPerSlice } = options;
  const last = new Map<string, WideRow>();
  for (const row of rows) {
    if ((last.get(row.entity)?.timeMs ?? -Infinity) < row.timeMs) last.set(row.entity, row);
  }
  const closing = [...last.values()].map((row) => closingRow(row, stepMs));
  const ordered = [...rows, ...closing].sort((a, b) => a.timeMs - b.timeMs);
  for (let first = 0; first < ordered.length; first += rowsPerSlice) {
    const part = ordered.slice(first, first + rowsPerSlice);
    const records = part.map((row, index) => toRecord(row, features, first + index));
    yield {
      source,
      topic: 'replay',
      partition: 0,
      firstOffset: first,
      nextOffset: first + part.length,
      records,
      deadLetters: [],
    };
  }
}

function closingRow(row: WideRow, stepMs: number): WideRow {
  // A missing value would leave the row without samples, and a row without samples moves no clock.
  const values = row.values.map((value) => (Number.isNaN(value) ? 0 : value));
  return { ...row, timeMs: row.timeMs + stepMs, values };
}

function toRecord(row: WideRow, features: readonly string[], offset: number): DecodedRecord {
  const labels = { [ENTITY_LABEL]: row.entity };
  const samples: Sample[] = [];
  for (let index = 0; index < features.length; index++) {
    const metric = features[index];
    const value = row.values[index];
    if (metric === undefined || value === undefined || Number.isNaN(value)) continue;
    samples.push({ metric, labels, timeMs: row.timeMs, value });
  }
  return { offset, timeMs: row.timeMs, samples };
}
