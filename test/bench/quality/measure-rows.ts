import type { DetectorRow } from './detector-rows.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import { judge } from './quality.ts';
import type { Quality } from './quality.ts';

/** What a detector achieved on a set. */
export interface RowResult {
  readonly name: string;
  /** One a seed. */
  readonly qualities: readonly Quality[];
  readonly seconds: number;
}

/** Runs detectors over a set one after the other, those that chance has a part in once for each seed. */
export async function measureRows(
  rows: readonly DetectorRow[],
  entities: readonly LabelledEntity[],
  options: { readonly seeds: number; readonly onRow: (result: RowResult) => void },
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const { name, seeded, verdicts } of rows) {
    const began = performance.now();
    const qualities: Quality[] = [];
    for (let seed = 1; seed <= (seeded ? options.seeds : 1); seed++)
      qualities.push(judge(entities, await verdicts(entities, seed)));
    const result = { name, qualities, seconds: (performance.now() - began) / 1000 };
    options.onRow(result);
    results.push(result);
  }
  return results;
}
