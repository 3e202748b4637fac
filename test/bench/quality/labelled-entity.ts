import type { EventLabel } from '../../../src/ingest/replay/labels-csv.ts';
import type { WideRow } from '../../../src/ingest/replay/wide-csv.ts';

/** One watched thing of a labelled data set: a history to learn from, then a labelled part to be judged on. */
export interface LabelledEntity {
  readonly entity: string;
  /** Entities that one detector would watch: they have the same features, step and history. */
  readonly group: string;
  readonly features: readonly string[];
  readonly startMs: number;
  readonly stepMs: number;
  /** Rows before the labelled part. */
  readonly trainRows: number;
  /** `[rows, features]`, row by row; NaN where a value is missing. */
  readonly values: Float64Array;
  /** One a row, 1 inside an event; 0 throughout the history. */
  readonly labels: Uint8Array;
}

/** The same as rows of `wide.csv`. */
export function toWideRows(entity: LabelledEntity): WideRow[] {
  const width = entity.features.length;
  return Array.from(entity.labels, (_, row) => {
    const timeMs = entity.startMs + row * entity.stepMs;
    return {
      line: row + 2,
      timeMs,
      timeText: new Date(timeMs).toISOString().replace('.000Z', 'Z'),
      entity: entity.entity,
      values: entity.values.slice(row * width, (row + 1) * width),
    };
  });
}

/** The time at which an entity's labelled part begins. */
export function labelledFromMs({ startMs, trainRows, stepMs }: LabelledEntity): number {
  return startMs + trainRows * stepMs;
}

/** The labelled stretches as spans, both ends inside. */
export function eventLabels({ entity, labels, startMs, stepMs }: LabelledEntity): EventLabel[] {
  const events: EventLabel[] = [];
  let first = -1;
  for (let row = 0; row <= labels.length; row++) {
    if (labels[row] === 1) {
      if (first < 0) first = row;
    } else if (first >= 0) {
      events.push({ entity, startMs: startMs + first * stepMs, endMs: startMs + (row - 1) * stepMs });
      first = -1;
    }
  }
  return events;
}
