import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

/** A CSV file that can't be used as it is; the message starts with `file:line:column`. Columns count from 1, in characters. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  readonly code = 'STRAYD_CSV';

  constructor(
    readonly place: { readonly file: string; readonly line: number; readonly column: number },
    message: string,
  ) {
    super(`${place.file}:${place.line}:${place.column}: ${message}`);
  }
}

/** One field of a line and the column (from 1) where it begins. */
export interface CsvField {
  readonly text: string;
  readonly column: number;
}

/** One line that is not blank, split into fields; `line` counts from 1. */
export interface CsvLine {
  readonly file: string;
  readonly line: number;
  readonly fields: readonly CsvField[];
}

/**
 * Reads a CSV file line by line, unpacking `.gz` on the way. Quoted fields may hold commas and doubled quotes, not line
 * breaks. Throws {@link CsvError} for a quote that is not closed; file errors keep their own code (`ENOENT`, …).
 */
export async function* csvLines(file: string): AsyncGenerator<CsvLine> {
  let line = 0;
  for await (const text of textLines(file)) {
    line++;
    const content = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (content.trim() !== '') yield { file, line, fields: splitFields(content, file, line) };
  }
}

async function* textLines(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  // pipeline hands an error of either stream to the last one, which the loop below reads: nothing is left to do here.
  const unpacked = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield text.endsWith('\r') ? text.slice(0, -1) : text;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}

function splitFields(content: string, file: string, line: number): CsvField[] {
  if (!content.includes('"')) {
    const fields: CsvField[] = [];
    let start = 0;
    for (;;) {
      const comma = content.indexOf(',', start);
      const end = comma < 0 ? content.length : comma;
      fields.push({ text: content.slice(start, end).trim(), column: start + 1 });
      if (comma < 0) return fields;
      start = comma + 1;
    }
  }
  return splitQuotedFields(content, file, line);
}

function splitQuotedFields(content: string, file: string, line: number): CsvField[] {
  const fields: CsvField[] = [];
  let at = 0;
  for (;;) {
    const column = at + 1;
    let text = '';
    if (content[at] === '"') {
      for (;;) {
        const close = content.indexOf('"', at + 1);
        if (close < 0)
          throw new CsvError({ file, line, column }, 'a quote is opened and not closed on this line');
        text += content.slice(at + 1, close);
        at = close + 1;
        if (content[at] !== '"') break;
        text += '"';
      }
      const comma = content.indexOf(',', at);
      const end = comma < 0 ? content.length : comma;
      if (content.slice(at, end).trim() !== '') {
        throw new CsvError(
          { file, line, column: at + 1 },
          'text after a closing quote; write " as "" inside quotes',
        );
      }
      at = end;
    } else {
      const comma = content.indexOf(',', at);
      const end = comma < 0 ? content.length : comma;
      text = content.slice(at, end).trim();
      at = end;
    }
    fields.push({ text, column });
    if (at >= content.length) return fields;
    at++;
  }
}
