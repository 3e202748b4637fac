/** How one feature's values at an accepted level become what the model knows: `factor · x + shift`. */
export interface LevelMap {
  readonly feature: string;
  readonly factor: number;
  readonly shift: number;
  /** The feature's mean in the model at the time, to see when a later model has learned the new level itself. */
  readonly mean: number;
}

/** One level that an entity may be at without being strange. Features without a map are as in training. Plain JSON. */
export interface Normal {
  /** 0: the model's own. */
  readonly id: number;
  readonly maps: readonly LevelMap[];
  /** Newest step that it explained best. */
  readonly lastStep: number;
  /** How it came to be one, for looking back; absent of the model's own, and of those accepted by earlier versions. */
  readonly accepted?: LevelAcceptance;
}

/** An acceptance that has taken effect: from the step after `step` on the level is known, and the rows since `fromStep` count as at it. */
export interface LevelAcceptance {
  /** The alert's onset. */
  readonly fromStep: number;
  readonly step: number;
  /** The maps bring back all that the alert named. */
  readonly isWhole: boolean;
}

/**
 * All levels of an entity that people or `accept_after` have accepted, and the model's own, for as long as it is remembered;
 * with which of them its newest rows were read. Plain JSON, so that it comes back from the store to the bit.
 */
export interface EntityNormals {
  readonly known: readonly Normal[];
  /** Ids by row, oldest first, the last one the newest row's; at most as many as the longest history. */
  readonly rows: readonly number[];
}

/** So many levels are remembered at most; each costs one more score a step. */
const MOST_KNOWN = 4;

/** A level newly accepted: the rows since its onset are read with it. */
export interface AcceptedLevel {
  readonly maps: readonly LevelMap[];
  /** `step` is that of the newest row. */
  readonly accepted: LevelAcceptance;
  /** Rows that a score may look back to. */
  readonly rowsKept: number;
}

/** The normals with one more; over the bound the one that has not been seen for longest goes. */
export function withNormal(before: EntityNormals | null, level: AcceptedLevel): EntityNormals {
  const { maps, accepted, rowsKept } = level;
  const known = before?.known ?? [{ id: 0, maps: [], lastStep: accepted.fromStep - 1 }];
  const id = 1 + Math.max(...known.map((normal) => normal.id));
  const rowsBefore = before?.rows ?? Array.from({ length: rowsKept }, () => 0);
  const all = [...known, { id, maps, lastStep: accepted.step, accepted }];
  const kept = [...all].sort((a, b) => b.lastStep - a.lastStep).slice(0, MOST_KNOWN);
  return {
    known: all.filter((normal) => kept.includes(normal)),
    rows: rowsSinceOnset(rowsBefore, { id, accepted, rowsKept }),
  };
}

/** Ids by row, those since an accepted level's onset its own. */
export function rowsSinceOnset(
  rows: readonly number[],
  level: { readonly id: number; readonly accepted: LevelAcceptance; readonly rowsKept: number },
): number[] {
  const { id, accepted, rowsKept } = level;
  const since = Math.min(rowsKept, accepted.step - accepted.fromStep + 1);
  return [
    ...rows.slice(0, Math.max(0, rows.length - since)),
    ...Array.from({ length: since }, () => id),
  ].slice(-rowsKept);
}

/** Takes note of the next row, which `id` explained best; `null`: it was not scored, and counts as like the one before it. */
export function withRow(
  normals: EntityNormals,
  row: { readonly id: number | null; readonly step: number; readonly rowsKept: number },
): EntityNormals {
  const newest = row.id ?? normals.rows.at(-1) ?? 0;
  return {
    known: normals.known.map((normal) => (normal.id === row.id ? { ...normal, lastStep: row.step } : normal)),
    rows: [...normals.rows, newest].slice(-row.rowsKept),
  };
}

/** Those that a step may be at: one not seen for `memorySteps` is forgotten. */
export function normalsAt({ known }: EntityNormals, step: number, memorySteps: number): readonly Normal[] {
  const fresh = known.filter(({ lastStep }) => step - lastStep <= memorySteps);
  return fresh.length > 0 ? fresh : known.slice(-1);
}

/** Whether a model has learned the newest level: its means are nearer to it than to those that the maps lead to. */
export function isLearned({ known }: EntityNormals, meanOf: (feature: string) => number): boolean {
  const maps = known.at(-1)?.maps ?? [];
  const ways = maps.flatMap(({ feature, factor, shift, mean }) => {
    const way = (mean - shift) / factor - mean;
    const gone = (meanOf(feature) - mean) / way;
    return Number.isFinite(gone) ? [gone] : [];
  });
  return ways.length > 0 && ways.reduce((sum, gone) => sum + gone, 0) / ways.length > 0.5;
}
