import { createRandom } from '../../src/core/random.ts';
import { readLabelsCsv, type EventLabel } from '../../src/ingest/replay/labels-csv.ts';
import { openWideCsv, type WideRow } from '../../src/ingest/replay/wide-csv.ts';
import type { TestRecord } from '../support/kafka.ts';

const FOLDER = new URL('../fixtures/jumpstarter/', import.meta.url).pathname;

/** The split is the data set's own: what its authors give for training ends here. */
export const TRAIN_UNTIL_MS = Date.parse('2026-01-25T00:00:00Z');
export const STEP_MS = 300_000;

/** The labelled extract, and a control beside it in which the incidents did not happen. */
export interface LabelledStream {
  readonly features: readonly string[];
  readonly events: readonly EventLabel[];
  /** In time order; each entity twice: itself, and `<entity>-control`. */
  readonly rows: readonly WideRow[];
}

/** Reads the fixture. In the control each row inside an incident is the row of the newest earlier week at which all was well. */
export async function readLabelledStream(): Promise<LabelledStream> {
  const csv = await openWideCsv(`${FOLDER}wide.csv.gz`);
  const rows: WideRow[] = [];
  for await (const row of csv.rows) rows.push(row);
  const events = await readLabelsCsv(`${FOLDER}labels.csv`);
  const byPlace = new Map(rows.map((row) => [`${row.entity} ${row.timeMs}`, row]));
  const isInside = (entity: string, timeMs: number): boolean =>
    events.some((event) => event.entity === entity && timeMs >= event.startMs && timeMs <= event.endMs);
  const control = rows.map((row) => {
    let earlier: WideRow | undefined = row;
    for (let timeMs = row.timeMs; earlier !== undefined && isInside(row.entity, timeMs);) {
      timeMs -= 7 * 86_400_000;
      earlier = byPlace.get(`${row.entity} ${timeMs}`);
    }
    return { ...row, entity: `${row.entity}-control`, values: (earlier ?? row).values };
  });
  const all = [...rows, ...control].sort((a, b) => a.timeMs - b.timeMs);
  return { features: csv.features, events, rows: all };
}

/** Rows as prometheus-kafka-adapter would have written them: each series' samples in a partition drawn at random. */
export function recordsOf(
  rows: readonly WideRow[],
  {
    features,
    partitions,
    seed,
  }: { readonly features: readonly string[]; readonly partitions: number; readonly seed: number },
): TestRecord[] {
  const random = createRandom(seed);
  return rows.flatMap(({ timeMs, entity, values }) =>
    features.flatMap((name, index) => {
      const value = values[index] ?? Number.NaN;
      if (Number.isNaN(value)) return [];
      const sample = {
        name,
        timestamp: new Date(timeMs).toISOString(),
        value: String(value),
        labels: { __name__: name, job: 'service', entity },
      };
      return [{ partition: random.integer(partitions), timeMs, value: JSON.stringify(sample) }];
    }),
  );
}
