/** One line of InfluxDB's line protocol, taken apart; escapes are resolved, types not yet looked at. */
export interface InfluxLine {
  readonly measurement: string;
  readonly tags: readonly (readonly [string, string])[];
  /** Raw field values: `1`, `1i`, `1u`, `t`, or a quoted string with its quotes. */
  readonly fields: readonly (readonly [string, string])[];
  /** As written; empty if the line has none. */
  readonly timestamp: string;
}

/* A stretch up to one of `stops` that no backslash protects. */
const endOf = (line: string, start: number, stops: string): number => {
  let at = start;
  while (at < line.length && !stops.includes(line.charAt(at))) at += line[at] === '\\' ? 2 : 1;
  return Math.min(at, line.length);
};

const unescape = (text: string): string => (text.includes('\\') ? text.replace(/\\([,= \\])/g, '$1') : text);

/* The place after the closing quote; the line's end if there is none. */
const endOfQuoted = (line: string, start: number): number => {
  let at = start + 1;
  while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, line.length);
};

const isQuoted = (raw: string): boolean => raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"');

/**
 * Takes one line apart; a string is what is wrong with it, with the place.
 * Source: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function parseInfluxLine(line: string): InfluxLine | string {
  let at = endOf(line, 0, ', ');
  const measurement = unescape(line.slice(0, at));
  if (measurement === '') return 'a measurement is expected at the beginning';
  const tags: [string, string][] = [];
  while (line[at] === ',') {
    const equals = endOf(line, at + 1, ',= ');
    if (line[equals] !== '=') return `a tag "key=value" is expected at character ${at + 2}`;
    const end = endOf(line, equals + 1, ', ');
    tags.push([unescape(line.slice(at + 1, equals)), unescape(line.slice(equals + 1, end))]);
    at = end;
  }
  if (line[at] !== ' ') return 'fields are expected after a space';
  const fields: [string, string][] = [];
  do {
    const equals = endOf(line, at + 1, ',= ');
    if (line[equals] !== '=' || equals === at + 1) {
      return `a field "key=value" is expected at character ${at + 2}`;
    }
    const start = equals + 1;
    const end = line[start] === '"' ? endOfQuoted(line, start) : endOf(line, start, ', ');
    const raw = line.slice(start, end);
    if (raw === '' || (raw.startsWith('"') && !isQuoted(raw))) {
      return `a field's value is expected at character ${start + 1}`;
    }
    fields.push([unescape(line.slice(at + 1, equals)), raw]);
    at = end;
  } while (line[at] === ',');
  if (at < line.length && line[at] !== ' ') return `a comma or a space is expected at character ${at + 1}`;
  return { measurement, tags, fields, timestamp: line.slice(at).trim() };
}
