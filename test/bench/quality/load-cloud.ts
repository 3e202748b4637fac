import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabelledEntity } from './labelled-entity.ts';

const FOLDER = 'ms-cloud-monitoring/data';

/**
 * Reads the cloud monitoring set, one metric an entity and a group for each of its folders; `null` if it is not there. The
 * first half of a series is its history, whose labels are not used: the set names no training part.
 */
export function loadCloud(data: string): LabelledEntity[] | null {
  const folder = join(data, FOLDER);
  if (!existsSync(folder)) return null;
  return readdirSync(folder)
    .sort()
    .flatMap((group) => {
      const files = readdirSync(join(folder, group)).filter((file) => file.endsWith('.csv.gz'));
      const series = files.sort().map((file) => readSeries(join(folder, group, file)));
      const [first] = series;
      if (first === undefined) return [];
      const stepMs = medianStep(first);
      const [startMs, endMs] = [first[0]?.timeMs ?? 0, first.at(-1)?.timeMs ?? 0];
      const trainRows = Math.round((endMs - startMs) / stepMs / 2);
      return series.map((rows, index) => ({
        entity: files[index]?.replace('.csv.gz', '') ?? '',
        group,
        features: ['value'],
        startMs,
        stepMs,
        trainRows,
        ...onGrid(rows, { startMs, stepMs, trainRows }),
      }));
    });
}

interface Row {
  readonly timeMs: number;
  readonly value: number;
  readonly label: number;
}

/** One row a step: NaN where one is missing; of two at one time the later counts, labelled if either is. */
function onGrid(
  rows: readonly Row[],
  {
    startMs,
    stepMs,
    trainRows,
  }: { readonly startMs: number; readonly stepMs: number; readonly trainRows: number },
): Pick<LabelledEntity, 'values' | 'labels'> {
  const count = Math.round(((rows.at(-1)?.timeMs ?? startMs) - startMs) / stepMs) + 1;
  const values = new Float64Array(count).fill(Number.NaN);
  const labels = new Uint8Array(count);
  for (const { timeMs, value, label } of rows) {
    const row = Math.round((timeMs - startMs) / stepMs);
    values[row] = value;
    if (label === 1 && row >= trainRows) labels[row] = 1;
  }
  return { values, labels };
}

function readSeries(file: string): Row[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/);
  return lines.slice(1).map((line) => {
    const [time = '', value = '', label = ''] = line.replaceAll('"', '').split(',');
    const timeMs = Date.parse(`${time.replace(' ', 'T').replace('Z', '')}Z`);
    return { timeMs, value: value === '' ? Number.NaN : Number(value), label: Number(label) };
  });
}

function medianStep(rows: readonly Row[]): number {
  const steps = rows.slice(1).map(({ timeMs }, index) => timeMs - (rows[index]?.timeMs ?? 0));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}
