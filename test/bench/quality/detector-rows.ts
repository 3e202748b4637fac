import { BASELINES } from './baselines.ts';
import { coldStarted, historyOf, isFellow } from './cold-start.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import { coldPrototypeVerdicts, prototypeVerdicts } from './prototype/prototype-verdicts.ts';
import { baselineVerdict } from './quality.ts';
import type { Verdict } from './quality.ts';
import { straydVerdicts } from './strayd-verdicts.ts';

/** A detector of the table: its verdicts, one an entity in the same order. */
export interface DetectorRow {
  readonly name: string;
  /** Whether another seed may give other verdicts. */
  readonly seeded: boolean;
  verdicts(entities: readonly LabelledEntity[], seed: number): Promise<Verdict[]>;
}

/** Names of the rows that others are compared with. */
export const PROTOTYPE = 'prototype';
export const STRAYD = 'strayd';

/** The rows of the table, from the plainest on; the last is the product. */
export const DETECTOR_ROWS: readonly DetectorRow[] = [
  ...Object.entries(BASELINES).map(([name, baseline]) => ({
    name,
    seeded: true,
    verdicts: async (entities: readonly LabelledEntity[], seed: number) => {
      const verdicts: Verdict[] = [];
      for (const entity of entities) verdicts.push(await baselineVerdict(entity, baseline, seed));
      return verdicts;
    },
  })),
  { name: PROTOTYPE, seeded: false, verdicts: prototypeVerdicts },
  { name: STRAYD, seeded: true, verdicts: straydVerdicts },
];

/** The rows of the cold-start table: each entity has 2 % of its history, the others of its group are its cohort. */
export const COLD_ROWS: readonly DetectorRow[] = [
  { name: PROTOTYPE, seeded: false, verdicts: coldPrototypeVerdicts },
  { name: STRAYD, seeded: true, verdicts: coldStraydVerdicts },
];

async function coldStraydVerdicts(entities: readonly LabelledEntity[], seed: number): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const entity of entities) {
    const cohort = entities.filter((other) => isFellow(entity, other)).map(historyOf);
    verdicts.push(...(await straydVerdicts([coldStarted(entity), ...cohort], seed)).slice(0, 1));
  }
  return verdicts;
}
