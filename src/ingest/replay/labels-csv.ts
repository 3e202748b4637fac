import { CsvError, csvLines } from './csv-lines.ts';
import { parseCsvTime, TIME_FORMS } from './csv-time.ts';

/** A labelled incident of one entity; both ends are inside it. */
export interface EventLabel {
  readonly entity: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Reads `labels.csv` (`entity,start,end`, times as in `wide.csv`, ends inclusive, `.gz` read as it is). Throws
 * {@link CsvError} for another header, a bad time, or an end before its start.
 */
export async function readLabelsCsv(file: string): Promise<EventLabel[]> {
  const labels: EventLabel[] = [];
  let headerSeen = false;
  for await (const { line, fields } of csvLines(file)) {
    const texts = fields.map((field) => field.text);
    if (!headerSeen) {
      if (texts.join(',') !== 'entity,start,end') {
        throw new CsvError(
          { file, line, column: 1 },
          `header is "${texts.join(',')}"; expected entity,start,end`,
        );
      }
      headerSeen = true;
      continue;
    }
    const [entity, start, end] = fields;
    if (entity === undefined || start === undefined || end === undefined || fields.length !== 3) {
      throw new CsvError(
        { file, line, column: 1 },
        `the row has ${fields.length} fields; expected entity,start,end`,
      );
    }
    const [startMs, endMs] = [start, end].map((field) => {
      const timeMs = parseCsvTime(field.text);
      if (timeMs !== null) return timeMs;
      throw new CsvError(
        { file, line, column: field.column },
        `time is "${field.text}"; expected ${TIME_FORMS}`,
      );
    }) as [number, number];
    if (entity.text === '')
      throw new CsvError({ file, line, column: entity.column }, 'the entity is empty; name it');
    if (endMs < startMs) {
      throw new CsvError(
        { file, line, column: end.column },
        `the end ${end.text} is before the start ${start.text}`,
      );
    }
    labels.push({ entity: entity.text, startMs, endMs });
  }
  if (!headerSeen) {
    throw new CsvError({ file, line: 1, column: 1 }, 'the file is empty; expected a header entity,start,end');
  }
  return labels;
}
