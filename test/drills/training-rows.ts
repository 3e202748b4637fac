import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { TrainingEntity } from '../../src/store/training-segments.ts';
import { withStore } from './store-evidence.ts';

/** Values of each step that a training of a detector (without a name: the first) would see, as text. */
export function rowsOf(folder: string, detector?: string): { entity: string; rows: Map<number, string> }[] {
  const { config } = loadConfig(join(folder, 'strayd.yaml'), {}, (path) => readFileSync(path, 'utf8'));
  const spec = config.detectors.find(({ name }) => detector === undefined || name === detector);
  if (spec === undefined) throw new Error('no detector');
  return withStore(folder, (store) =>
    [...store.readTrainingSteps(spec, 0, Number.MAX_SAFE_INTEGER)].map(({ entity, segments }) => {
      const rows = new Map<number, string>();
      for (const segment of segments) addRows(segment, spec.features.length, rows);
      return { entity, rows };
    }),
  );
}

function addRows(
  { firstStep, count, values, filled }: TrainingEntity['segments'][number],
  features: number,
  rows: Map<number, string>,
): void {
  for (let row = 0; row < count; row++) {
    if (rows.has(firstStep + row)) throw new Error(`step ${firstStep + row} is there twice`);
    const own = [...values.subarray(row * features, (row + 1) * features)];
    rows.set(firstStep + row, `${own.join(' ')} ${filled[row]}`);
  }
}
