/** What stands before the fields of a line of InfluxDB's line protocol; escapes are resolved. */
export interface InfluxHead {
  readonly measurement: string;
  readonly tags: readonly (readonly [string, string])[];
}

/** What comes after it; types are not yet looked at. */
export interface InfluxFields {
  /** Raw field values: `1`, `1i`, `1u`, `t`, or a quoted string with its quotes. */
  readonly fields: readonly (readonly [string, string])[];
  /** As written; empty if the line has none. */
  readonly timestamp: string;
}

const [SPACE, QUOTE, COMMA, EQUALS, BACKSLASH] = [0x20, 0x22, 0x2c, 0x3d, 0x5c];

/* The first space, or one of the stops, that no backslash protects; the line's end if there is none. */
function endOf(line: string, start: number, stop = SPACE, other = SPACE): number {
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === SPACE || code === stop || code === other) return at;
    if (code === BACKSLASH) at += 1;
  }
  return line.length;
}

const unescape = (text: string): string => (text.includes('\\') ? text.replace(/\\([,= \\])/g, '$1') : text);

/* The place after the closing quote; the line's end if there is none. */
function endOfQuoted(line: string, start: number): number {
  let at = start + 1;
  while (at < line.length && line.charCodeAt(at) !== QUOTE) at += line.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, line.length);
}

const isQuoted = (raw: string): boolean => raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"');

/**
 * The lines of a body. A text field may hold newlines between its quotes; where quotes are never closed each line stands for itself, so
 * that a broken one takes none of those after it along.
 */
export function influxLines(text: string): string[] {
  const parts = text.split('\n');
  if (!text.includes('"')) return parts;
  const lines: string[] = [];
  let open: string[] = [];
  for (const part of parts) {
    if (open.length === 0 && !part.includes('"')) {
      lines.push(part);
      continue;
    }
    const begun = part.trimStart();
    const isComment = open.length === 0 && begun.startsWith('#');
    const isOpen =
      open.length > 0 ? endsInText(part, true) : endsInText(begun.slice(influxHeadEnd(begun)), false);
    open.push(part);
    if (isOpen && !isComment) continue;
    lines.push(open.join('\n'));
    open = [];
  }
  return [...lines, ...open];
}

/** Whether a text field goes on behind a piece of the fields; `isText`: it began in one. */
function endsInText(fields: string, isText: boolean): boolean {
  let inText = isText;
  for (let i = 0; i < fields.length; i++) {
    if (fields[i] === '\\') i++;
    else if (fields[i] === '"') inText = !inText;
  }
  return inText;
}

/** Where the head of a line ends, be it a good one or not. */
export function influxHeadEnd(line: string): number {
  return endOf(line, 0);
}

/**
 * Takes the head of a line apart, which ends at `end`; a string is what is wrong with it, with the place.
 * Source: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function parseInfluxHead(line: string, end: number): InfluxHead | string {
  let at = endOf(line, 0, COMMA);
  const measurement = unescape(line.slice(0, at));
  if (measurement === '') return 'a measurement is expected at the beginning';
  const tags: [string, string][] = [];
  while (line.charCodeAt(at) === COMMA) {
    const equals = endOf(line, at + 1, COMMA, EQUALS);
    if (line.charCodeAt(equals) !== EQUALS) return `a tag "key=value" is expected at character ${at + 2}`;
    const next = endOf(line, equals + 1, COMMA);
    tags.push([unescape(line.slice(at + 1, equals)), unescape(line.slice(equals + 1, next))]);
    at = next;
  }
  return end < line.length ? { measurement, tags } : 'fields are expected after a space';
}

/** Takes apart what stands behind a head that ends at `end`; a string is what is wrong with it, with the place. */
export function parseInfluxFields(line: string, end: number): InfluxFields | string {
  let at = end;
  const fields: [string, string][] = [];
  do {
    const equals = endOf(line, at + 1, COMMA, EQUALS);
    if (line.charCodeAt(equals) !== EQUALS || equals === at + 1) {
      return `a field "key=value" is expected at character ${at + 2}`;
    }
    const start = equals + 1;
    const next = line.charCodeAt(start) === QUOTE ? endOfQuoted(line, start) : endOf(line, start, COMMA);
    const raw = line.slice(start, next);
    if (raw === '' || (raw.startsWith('"') && !isQuoted(raw))) {
      return `a field's value is expected at character ${start + 1}`;
    }
    fields.push([unescape(line.slice(at + 1, equals)), raw]);
    at = next;
  } while (line.charCodeAt(at) === COMMA);
  if (at < line.length && line.charCodeAt(at) !== SPACE) {
    return `a comma or a space is expected at character ${at + 1}`;
  }
  return { fields, timestamp: line.slice(at).trim() };
}
