import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readLabelsCsv } from '../../../src/ingest/replay/labels-csv.ts';
import { openWideCsv } from '../../../src/ingest/replay/wide-csv.ts';
import type { WideRow } from '../../../src/ingest/replay/wide-csv.ts';
import { fc } from '../../support/properties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-wide-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string | Buffer, suffix = '.csv'): string {
  const path = join(folder, `${++files}${suffix}`);
  writeFileSync(path, content);
  return path;
}

async function read(path: string): Promise<{ features: readonly string[]; rows: WideRow[] }> {
  const { features, rows } = await openWideCsv(path);
  const all: WideRow[] = [];
  for await (const row of rows) all.push(row);
  return { features, rows: all };
}

describe('wide.csv', () => {
  it('takes RFC 3339 and epoch seconds, quotes, CRLF, a byte order mark and empty values', async () => {
    const content =
      '\uFEFFtime,entity,cpu,"mem, active"\r\n' +
      '2026-01-05T01:00:00+01:00,"db ""3""",1.5,\r\n' +
      '\r\n' +
      '1767571500,"db ""3""",,2e3';
    const { features, rows } = await read(file(content));
    expect(features).toEqual(['cpu', 'mem, active']);
    expect(rows.map(({ line, entity, timeMs }) => [line, entity, timeMs])).toEqual([
      [2, 'db "3"', Date.UTC(2026, 0, 5)],
      [4, 'db "3"', Date.UTC(2026, 0, 5, 0, 5)],
    ]);
    expect(rows[0]?.timeText).toBe('2026-01-05T01:00:00+01:00');
    expect(rows.map((row) => [...row.values])).toEqual([
      [1.5, Number.NaN],
      [Number.NaN, 2000],
    ]);
  });

  it('reads back any table that was written, packed or not', async () => {
    const cell = fc.oneof(fc.constant(Number.NaN), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const table = fc.array(fc.tuple(fc.constantFrom('a', 'b,c', 'd "e"'), cell, cell), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (cells, packed) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const lines = cells.map(([entity, ...values], index) => {
          const fields = values.map((value) =>
            Number.isNaN(value) ? '' : Object.is(value, -0) ? '-0' : String(value),
          );
          return [1_767_571_200 + index, quote(entity), ...fields].join(',');
        });
        const text = `time,entity,x,y\n${lines.join('\n')}`;
        const { rows } = await read(packed ? file(gzipSync(text), '.csv.gz') : file(text));
        expect(rows.map((row) => [row.entity, ...row.values])).toEqual(cells);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['time,host,cpu\n', '1:6: header column 2 is "host"; expected "entity"'],
    ['', '1:1: the file is empty'],
    ['time,entity\n', '1:1: the header names no feature'],
    ['time,entity,cpu,cpu\n', '1:17: feature "cpu" is named twice'],
    ['time,entity,cpu\nyesterday,a,1\n', '2:1: time is "yesterday"; expected RFC 3339'],
    ['time,entity,cpu\n2026-01-05T00:00:00,a,1\n', '2:1: time is "2026-01-05T00:00:00"'],
    ['time,entity,cpu\n60,a,1\n120,a,fast\n', '3:7: feature "cpu" is "fast"; expected a finite number'],
    ['time,entity,cpu\n60,a,1,2\n', '2:8: the row has 4 fields, the header 3'],
    ['time,entity,cpu\n60,,1\n', '2:4: the entity is empty'],
    ['time,entity,cpu\n60,"a,1\n', '2:4: a quote is opened and not closed'],
    ['time,entity,cpu\n60,"a"b,1\n', '2:7: text after a closing quote'],
    [
      'time,entity,cpu\n120,a,1\n60,b,1\n120,a,2\n',
      '4:1: entity "a" is at 120, not after 120 of line 2; sort the rows of each entity by time',
    ],
  ])('names line and column: %j', async (content, message) => {
    await expect(read(file(content))).rejects.toThrow(`.csv:${message}`);
  });

  it('passes on that a file is missing or not packed as its name says', async () => {
    await expect(read(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(read(join(folder, 'none.csv.gz'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(read(file('time,entity,x\n', '.csv.gz'))).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
  });
});

describe('labels.csv', () => {
  it('gives spans with both ends', async () => {
    expect(await readLabelsCsv(file('entity,start,end\na,60,120\nb,1970-01-01T00:00:00Z,60\n'))).toEqual([
      { entity: 'a', startMs: 60_000, endMs: 120_000 },
      { entity: 'b', startMs: 0, endMs: 60_000 },
    ]);
  });

  it.each([
    ['entity,from,to\n', '1:1: header is "entity,from,to"; expected entity,start,end'],
    ['entity,start,end\na,60\n', '2:1: the row has 2 fields'],
    ['entity,start,end\na,60,soon\n', '2:6: time is "soon"'],
    ['entity,start,end\na,60,30\n', '2:6: the end 30 is before the start 60'],
    ['', '1:1: the file is empty'],
  ])('names line and column: %j', async (content, message) => {
    await expect(readLabelsCsv(file(content))).rejects.toThrow(`.csv:${message}`);
  });
});
