import type { EntityNormals, LevelMap, Normal } from './normal.ts';
import { normalsAt } from './normal.ts';

/** An entity's rows as one of its normals sees the newest: `[count, features]`, each earlier one as it was read itself. */
export interface NormalView {
  readonly normal: Normal;
  readonly rows: Float64Array;
}

export interface ViewedRows {
  readonly features: readonly string[];
  /** `[count, features]` in the features' own units, oldest first. */
  readonly rows: Float64Array;
  readonly step: number;
  readonly memorySteps: number;
}

/**
 * The rows for each normal that the newest of them may be at. Since every row was read with the level that explained it best,
 * a window across the way to a level and back is no stranger than one that stayed.
 */
export function normalViews(normals: EntityNormals, viewed: ViewedRows): NormalView[] {
  const { features, rows, step, memorySteps } = viewed;
  const width = features.length;
  const count = rows.length / width;
  const mapsOf = new Map(
    normals.known.map(({ id, maps }) => [id, features.map((name) => mapOf(maps, name))]),
  );
  const read = rows.slice();
  for (let row = 0; row < count - 1; row++) {
    // The newest id stands for the row before the newest one: that one has none yet.
    const id = normals.rows[normals.rows.length - (count - 1) + row] ?? normals.rows[0] ?? 0;
    apply(mapsOf.get(id), read.subarray(row * width, (row + 1) * width));
  }
  return normalsAt(normals, step, memorySteps).map((normal) => {
    const own = read.slice();
    apply(mapsOf.get(normal.id), own.subarray((count - 1) * width, count * width));
    return { normal, rows: own };
  });
}

/** The map of a feature, `null` if it has none. */
export function mapOf(maps: readonly LevelMap[], feature: string): LevelMap | null {
  return maps.find((map) => map.feature === feature) ?? null;
}

/** A value of the model's, as it is at the normal's level. */
export function atLevel(map: LevelMap | null, value: number): number {
  return map === null ? value : (value - map.shift) / map.factor;
}

function apply(maps: readonly (LevelMap | null)[] | undefined, row: Float64Array): void {
  maps?.forEach((map, feature) => {
    if (map !== null) row[feature] = map.factor * row[feature]! + map.shift;
  });
}
