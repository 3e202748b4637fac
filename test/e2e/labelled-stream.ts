import { createRandom } from '../../src/core/random.ts';
import { readLabelsCsv, type EventLabel } from '../../src/ingest/replay/labels-csv.ts';
import { openWideCsv, type WideRow } from '../../src/ingest/replay/wide-csv.ts';
import type { TestRecord } from '../support/kafka.ts';

const FOLDER = new URL('../fixtures/asd/', import.meta.url).pathname;

/** The split is the data set's own: what its authors give for training ends here. */
export const TRAIN_UNTIL_MS = Date.parse('2026-01-25T00:00:00Z');
export const STEP_MS = 300_000;
/** How far back the control's normal stretches are looked for: ten days. */
const REACH_ROWS = (10 * 86_400_000) / STEP_MS;
const MARGIN_MS = 30 * 60_000;
/** Into so many the columns are divided. */
const MEASUREMENTS = 4;

/** The labelled extract, and a control beside it in which the incidents did not happen. */
export interface LabelledStream {
  readonly features: readonly string[];
  readonly events: readonly EventLabel[];
  /** In time order; each entity twice: itself, and `<entity>-control`. */
  readonly rows: readonly WideRow[];
}

/** Reads the fixture and makes the control. */
export async function readLabelledStream(): Promise<LabelledStream> {
  const csv = await openWideCsv(`${FOLDER}wide.csv.gz`);
  const rows: WideRow[] = [];
  for await (const row of csv.rows) rows.push(row);
  const events = await readLabelsCsv(`${FOLDER}labels.csv`);
  const entities = [...new Set(rows.map(({ entity }) => entity))];
  const control = entities.flatMap((entity) => {
    const own = rows.filter((row) => row.entity === entity);
    const spans = events.filter((event) => event.entity === entity);
    return withoutEvents(own, spans).map((row) => ({ ...row, entity: `${entity}-control` }));
  });
  const all = [...rows, ...control].sort((a, b) => a.timeMs - b.timeMs);
  return { features: csv.features, events, rows: all };
}

/**
 * One entity's rows, each incident replaced by an earlier normal stretch of as many rows: one that no label is near, from the
 * ten days before, and of those the one whose rows change most quietly and whose ends fit best to what is around. So neither
 * its inside nor its seams are incidents of their own.
 */
function withoutEvents(rows: readonly WideRow[], events: readonly EventLabel[]): WideRow[] {
  const moves = usualMoves(rows.filter(({ timeMs }) => timeMs < TRAIN_UNTIL_MS));
  const isLabelled = rows.map(({ timeMs }) =>
    events.some(({ startMs, endMs }) => timeMs >= startMs - MARGIN_MS && timeMs <= endMs + MARGIN_MS),
  );
  const jumps = rows.map((row, index) => jump(rows[index - 1], row, moves));
  const control = [...rows];
  for (const { startMs, endMs } of events) {
    const first = rows.findIndex(({ timeMs }) => timeMs >= startMs);
    const count = rows.findLastIndex(({ timeMs }) => timeMs <= endMs) - first + 1;
    let best = { misfit: Infinity, from: -1 };
    for (let from = Math.max(1, first - REACH_ROWS); from + count <= first; from++) {
      if (isLabelled.slice(from, from + count).includes(true)) continue;
      const inside = jumps.slice(from + 1, from + count).reduce((most, one) => Math.max(most, one), 0);
      const seams =
        jump(rows[first - 1], rows[from], moves) + jump(rows[from + count - 1], rows[first + count], moves);
      if (inside + seams < best.misfit) best = { misfit: inside + seams, from };
    }
    if (best.from < 0)
      throw new Error(`no normal stretch of ${count} rows before ${new Date(startMs).toISOString()}`);
    for (let row = 0; row < count; row++) {
      const [replaced, source] = [rows[first + row], rows[best.from + row]];
      if (replaced !== undefined && source !== undefined)
        control[first + row] = { ...replaced, values: source.values };
    }
  }
  return control;
}

/** Root mean square of the change from row to row, by column. */
function usualMoves(rows: readonly WideRow[]): number[] {
  const width = rows[0]?.values.length ?? 0;
  return Array.from({ length: width }, (_, column) => {
    const squares = rows.slice(1).map((row, index) => change(rows[index], row, column) ** 2);
    return Math.max(Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length), 1e-3);
  });
}

/** Mean square of the change between two rows in units of the usual one; 0 at the file's ends. */
function jump(a: WideRow | undefined, b: WideRow | undefined, moves: readonly number[]): number {
  const squares = moves.map((move, column) => (change(a, b, column) / move) ** 2);
  return squares.reduce((sum, square) => sum + square, 0) / moves.length;
}

function change(a: WideRow | undefined, b: WideRow | undefined, column: number): number {
  return a === undefined || b === undefined ? 0 : (b.values[column] ?? 0) - (a.values[column] ?? 0);
}

/** Metric that the stream has for a column: it is a field of one of the measurements. */
export function metricOf(column: string): string {
  return `${measurementOf(column)}_${column}`;
}

function measurementOf(column: string): string {
  return `group${Number(column.slice(1)) % MEASUREMENTS}`;
}

/**
 * Rows as Telegraf would have written them: a record holds one measurement of an entity, and lies in a partition drawn at random, so that
 * what belongs to one step comes from all of them.
 */
export function recordsOf(
  rows: readonly WideRow[],
  {
    features,
    partitions,
    seed,
  }: { readonly features: readonly string[]; readonly partitions: number; readonly seed: number },
): TestRecord[] {
  const random = createRandom(seed);
  const columns = features.map((column, index) => ({ column, index, measurement: measurementOf(column) }));
  const measurements = [...new Set(columns.map(({ measurement }) => measurement))].map(
    (name) => [name, columns.filter(({ measurement }) => measurement === name)] as const,
  );
  return rows.flatMap(({ timeMs, entity, values }) =>
    measurements.flatMap(([measurement, own]) => {
      const fields = own
        .map(({ column, index }) => ({ column, value: values[index] ?? Number.NaN }))
        .filter(({ value }) => !Number.isNaN(value))
        .map(({ column, value }) => `${column}=${value}`);
      if (fields.length === 0) return [];
      const value = `${measurement},job=service,entity=${entity} ${fields.join(',')} ${timeMs}000000`;
      return [{ partition: random.integer(partitions), timeMs, value }];
    }),
  );
}
