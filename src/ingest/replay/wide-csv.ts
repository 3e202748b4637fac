import { CsvError, csvLines } from './csv-lines.ts';
import type { CsvField, CsvLine } from './csv-lines.ts';
import { parseCsvTime, TIME_FORMS } from './csv-time.ts';

/** One entity at one step, as a line of `wide.csv` gives it. */
export interface WideRow {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly timeMs: number;
  /** The time as the file writes it, so that output can use the same form. */
  readonly timeText: string;
  readonly entity: string;
  /** One value a feature in the header's order; NaN where the field is empty. */
  readonly values: Float64Array;
}

/** A `wide.csv` that is open: its header's features and its rows, read as they are asked for. */
export interface WideCsv {
  readonly file: string;
  readonly features: readonly string[];
  readonly rows: AsyncIterable<WideRow>;
}

/**
 * Opens `wide.csv` (`time,entity,<feature>,…`, `.gz` read as it is) and checks its header. Iterating `rows` throws
 * {@link CsvError} for a bad field, a row of another length, or a row not later than the same entity's one before.
 */
export async function openWideCsv(file: string): Promise<WideCsv> {
  const lines = csvLines(file);
  const header = await lines.next();
  if (header.done === true) {
    throw new CsvError(
      { file, line: 1, column: 1 },
      'the file is empty; expected a header time,entity,<feature>,…',
    );
  }
  const features = readHeader(header.value);
  return { file, features, rows: readRows(lines, features) };
}

function readHeader(header: CsvLine): string[] {
  const { file, line, fields } = header;
  for (const [index, name] of ['time', 'entity'].entries()) {
    const field = fields[index];
    if (field?.text !== name) {
      const seen = field === undefined ? 'nothing' : `"${field.text}"`;
      const place = { file, line, column: field?.column ?? 1 };
      throw new CsvError(
        place,
        `header column ${index + 1} is ${seen}; expected "${name}", as in time,entity,<feature>,…`,
      );
    }
  }
  const features: string[] = [];
  for (const field of fields.slice(2)) {
    const place = { file, line, column: field.column };
    if (field.text === '') throw new CsvError(place, 'a feature has no name; give every column one');
    if (features.includes(field.text)) {
      throw new CsvError(place, `feature "${field.text}" is named twice; rename one of the columns`);
    }
    features.push(field.text);
  }
  if (features.length === 0) {
    throw new CsvError(
      { file, line, column: 1 },
      'the header names no feature; expected time,entity,<feature>,…',
    );
  }
  return features;
}

async function* readRows(
  lines: AsyncIterable<CsvLine>,
  features: readonly string[],
): AsyncGenerator<WideRow> {
  const newest = new Map<string, WideRow>();
  for await (const { file, line, fields } of lines) {
    const [time, entity] = fields;
    if (time === undefined || entity === undefined || fields.length !== features.length + 2) {
      const column = fields.at(-1)?.column ?? 1;
      const message = `the row has ${fields.length} fields, the header ${features.length + 2}; leave a missing value empty`;
      throw new CsvError({ file, line, column }, message);
    }
    const timeMs = parseCsvTime(time.text);
    if (timeMs === null) {
      throw new CsvError(
        { file, line, column: time.column },
        `time is "${time.text}"; expected ${TIME_FORMS}`,
      );
    }
    if (entity.text === '')
      throw new CsvError({ file, line, column: entity.column }, 'the entity is empty; name it');
    const before = newest.get(entity.text);
    if (before !== undefined && timeMs <= before.timeMs) {
      const message =
        `entity "${entity.text}" is at ${time.text}, not after ${before.timeText} of line ${before.line}; ` +
        'sort the rows of each entity by time and keep one row a step';
      throw new CsvError({ file, line, column: time.column }, message);
    }
    const values = new Float64Array(features.length);
    for (let index = 0; index < features.length; index++) {
      values[index] = readValue(fields[index + 2], features[index], { file, line });
    }
    const row = { line, timeMs, timeText: time.text, entity: entity.text, values };
    newest.set(row.entity, row);
    yield row;
  }
}

function readValue(
  field: CsvField | undefined,
  feature: string | undefined,
  place: { readonly file: string; readonly line: number },
): number {
  if (field === undefined || field.text === '' || /^nan$/i.test(field.text)) return Number.NaN;
  const value = Number(field.text);
  if (Number.isFinite(value)) return value;
  const message = `feature "${feature}" is "${field.text}"; expected a finite number, or nothing for a missing one`;
  throw new CsvError({ ...place, column: field.column }, message);
}
