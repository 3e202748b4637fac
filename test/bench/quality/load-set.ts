import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabelledEntity } from './labelled-entity.ts';

const MINUTE_MS = 60_000;
/** The sets carry no times: every labelled part begins here. */
const LABELLED_FROM_MS = Date.UTC(2026, 0, 25);

/** Where a set lies under `--data`, and its step. */
const SETS: Readonly<Record<string, { readonly folder: string; readonly stepMs: number }>> = {
  asd: { folder: 'asd', stepMs: 5 * MINUTE_MS },
  js2: { folder: 'jumpstarter/dataset/Dataset2', stepMs: 5 * MINUTE_MS },
  smd: { folder: 'smd', stepMs: MINUTE_MS },
};

/** Names that {@link loadSet} knows. */
export const SET_NAMES: readonly string[] = Object.keys(SETS);

/**
 * Reads a whole set from the layout of test/bench/README.md: `train`, `test`, `test_label`, a gzipped CSV without a
 * header each, one file an entity. The labelled part is taken to follow the history without a gap.
 */
export function loadSet(data: string, name: string): LabelledEntity[] {
  const set = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
  if (set === undefined)
    throw new Error(`no data set is called "${name}"; there are ${SET_NAMES.join(', ')}`);
  const folder = join(data, set.folder);
  const files = readdirSync(join(folder, 'test')).filter((file) => file.endsWith('.csv.gz'));
  return files.sort().map((file) => {
    const train = readMatrix(join(folder, 'train', file));
    const test = readMatrix(join(folder, 'test', file));
    const truth = readMatrix(join(folder, 'test_label', file));
    const width = train[0]?.length ?? 0;
    return {
      entity: file.replace('.csv.gz', ''),
      features: Array.from({ length: width }, (_, index) => `m${String(index + 1).padStart(2, '0')}`),
      startMs: LABELLED_FROM_MS - train.length * set.stepMs,
      stepMs: set.stepMs,
      trainRows: train.length,
      values: Float64Array.from([...train, ...test].flat()),
      labels: Uint8Array.from([...train.map(() => 0), ...truth.map(([label]) => label ?? 0)]),
    };
  });
}

function readMatrix(file: string): number[][] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}
