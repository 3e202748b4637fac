import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabelledEntity } from './labelled-entity.ts';
import { loadCloud } from './load-cloud.ts';

const MINUTE_MS = 60_000;
/** The sets carry no times: every labelled part begins here. */
const LABELLED_FROM_MS = Date.UTC(2026, 0, 25);

/** A set of `train`, `test` and `test_label`. */
interface SplitSet {
  readonly folder: string;
  readonly stepMs: number;
  /** TSB-AD's own split: only these files, learned from so many rows of their test part. */
  readonly testRows?: Readonly<Record<string, number>>;
}

const SETS: Readonly<Record<string, SplitSet>> = {
  asd: { folder: 'asd', stepMs: 5 * MINUTE_MS },
  js2: { folder: 'jumpstarter/dataset/Dataset2', stepMs: 5 * MINUTE_MS },
  js3: { folder: 'jumpstarter/dataset/Dataset3', stepMs: 5 * MINUTE_MS },
  smd: { folder: 'smd', stepMs: MINUTE_MS },
  // TSB-AD-M's files 065 and 063; their names give the rows.
  'smd-tsb': { folder: 'smd', stepMs: MINUTE_MS, testRows: { 'machine-1-7': 737, 'machine-2-1': 5923 } },
};
const CLOUD = 'cloud';

/** Names that {@link loadSet} knows. */
export const SET_NAMES: readonly string[] = [...Object.keys(SETS), CLOUD];

/**
 * Reads a whole set from the layout of test/bench/README.md; `null` if its folder is not there. Where a set has no times
 * the labelled part is taken to follow the history without a gap. Throws for a name that no set has.
 */
export function loadSet(data: string, name: string): LabelledEntity[] | null {
  if (name === CLOUD) return loadCloud(data);
  const set = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
  if (set === undefined)
    throw new Error(`no data set is called "${name}"; there are ${SET_NAMES.join(', ')}`);
  const folder = join(data, set.folder);
  if (!existsSync(join(folder, 'test'))) return null;
  const files = readdirSync(join(folder, 'test')).filter((file) => file.endsWith('.csv.gz'));
  return files.sort().flatMap((file) => {
    const entity = file.replace('.csv.gz', '');
    const known = set.testRows?.[entity];
    if (set.testRows !== undefined && known === undefined) return [];
    const test = readMatrix(join(folder, 'test', file));
    const truth = readMatrix(join(folder, 'test_label', file)).map(([label]) => label ?? 0);
    const train = known === undefined ? readMatrix(join(folder, 'train', file)) : test.splice(0, known);
    if (known !== undefined) truth.splice(0, known);
    const width = train[0]?.length ?? 0;
    return {
      entity,
      // With histories of different length each is watched by itself.
      group: known === undefined ? name : entity,
      features: Array.from({ length: width }, (_, index) => `m${String(index + 1).padStart(2, '0')}`),
      startMs: LABELLED_FROM_MS - train.length * set.stepMs,
      stepMs: set.stepMs,
      trainRows: train.length,
      values: Float64Array.from([...train, ...test].flat()),
      labels: Uint8Array.from([...train.map(() => 0), ...truth]),
    };
  });
}

function readMatrix(file: string): number[][] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}
