import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { probationRows } from './nab-series.ts';
import type { NabSeries } from './nab-series.ts';

/** Reads NAB's `data` folder and `labels/combined_windows.json`. Throws if a window's end is no row of its file. */
export function loadNab(folder: string): NabSeries[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels/combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, windows]) => {
      const rows = readColumns(join(folder, 'data', name), ['timestamp', 'value']);
      const timesMs = Float64Array.from(rows, ([time = '']) => toMs(time));
      const rowAt = (time: string): number => {
        const row = timesMs.indexOf(toMs(time));
        if (row < 0) throw new Error(`${name} has no row at ${time}, where one of its windows ends`);
        return row;
      };
      return {
        name,
        group: name.split('/')[0] ?? '',
        timesMs,
        values: Float64Array.from(rows, ([, value = '']) => Number(value)),
        windows: windows.map(([first, last]) => ({ first: rowAt(first), last: rowAt(last) })),
        probationRows: probationRows(rows.length),
      };
    });
}

/** The scores that NAB publishes of a detector, one array a series; its totals by profile beside them. */
export function loadNabResults(
  folder: string,
  detector: string,
  series: readonly NabSeries[],
): { readonly scores: Float64Array[]; readonly published: Readonly<Record<string, number>> } {
  const totals = JSON.parse(readFileSync(join(folder, 'results/final_results.json'), 'utf8')) as Record<
    string,
    Record<string, number>
  >;
  const scores = series.map(({ name }) => {
    const file = name.replace('/', `/${detector}_`);
    const rows = readColumns(join(folder, 'results', detector, file), ['anomaly_score']);
    return Float64Array.from(rows, ([score = '']) => Number(score));
  });
  return { scores, published: totals[detector] ?? {} };
}

function readColumns(path: string, names: readonly string[]): string[][] {
  const bytes = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
  const [header = '', ...lines] = bytes.toString('utf8').trim().split(/\r?\n/);
  const columns = names.map((name) => header.split(',').indexOf(name));
  return lines.map((line) => {
    const fields = line.split(',');
    return columns.map((column) => fields[column] ?? '');
  });
}

function toMs(time: string): number {
  return Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`);
}
