import type { KeptRows } from './kept-rows.ts';
import { decodeColumns } from './kept-rows.ts';

/** Consecutive kept steps of one entity: `values` `[count, features]`, the others `[count]`, NaN where nothing is known. */
export interface TrainingSegment {
  readonly firstStep: number;
  readonly count: number;
  readonly values: Float64Array;
  readonly raw: Float64Array;
  readonly score: Float64Array;
  /** 1 where a value was carried over a short gap. */
  readonly filled: Uint8Array;
  readonly over: Uint8Array;
}

/** All that is kept of one entity between two steps, oldest first. */
export interface TrainingEntity {
  readonly entity: string;
  /** Empty for one that is no longer watched. */
  readonly cohort: string;
  readonly segments: readonly TrainingSegment[];
}

/** Cuts rows wherever a step is missing. */
export function segmentsOf(rows: KeptRows, width: number): TrainingSegment[] {
  const segments: TrainingSegment[] = [];
  const { steps, cells } = rows;
  let begin = 0;
  for (let index = 1; index <= steps.length; index++) {
    if (index < steps.length && steps[index] === (steps[index - 1] ?? 0) + 1) continue;
    const columns = decodeColumns(cells.subarray(begin * width, index * width), width);
    segments.push({ firstStep: steps[begin] ?? 0, count: index - begin, ...columns });
    begin = index;
  }
  return segments;
}
