import type { Autoencoder } from './autoencoder.ts';
import type { FeatureScale } from './feature-scale.ts';
import type { Forecast } from './forecast.ts';
import type { MemberStatistics } from './member-statistics.ts';

/** The closed-form members that belong together: one linear autoencoder a window length (none for a net alone), and the forecast. */
export interface LinearBasis {
  readonly autoencoders: readonly Autoencoder[];
  readonly forecast: Forecast;
}

/** A net fine-tuned on one entity, and its weight in that entity's score; 0: it has no say. */
export interface OwnNet {
  readonly autoencoder: Autoencoder;
  readonly weight: number;
}

/** How one entity is scaled and what its members' errors are usually. */
export interface EntityPart {
  /** Name of the group whose members it uses where it has none of its own. */
  readonly group: string;
  readonly scale: FeatureScale;
  /** Own closed-form members, or `null` for the group's. */
  readonly basis: LinearBasis | null;
  /** Own net, or `null` for the group's. */
  readonly net: OwnNet | null;
  /** In the members' order: linear ones, forecast, net. */
  readonly statistics: readonly MemberStatistics[];
}

/** What the entities of a cohort, or all of the detector, share. */
export interface GroupPart {
  /** `null` for `type: none`. */
  readonly basis: LinearBasis | null;
  /** `null` where there is no net. */
  readonly net: Autoencoder | null;
  /** The net's weight in the score; 0: it has no say. */
  readonly netWeight: number;
  /** For entities that were not there in training. */
  readonly unseen: EntityPart;
}

/** How long a step is and how many a window has: rows of another grid are not what a model has learned. */
export interface ModelGrid {
  readonly stepMs: number;
  /** In steps, ascending. */
  readonly windows: readonly number[];
}

/** All that an ensemble is. Columns inside are in the order of the sorted feature names, so that their order has no effect. */
export interface EnsembleParts {
  readonly detector: string;
  /** Names in the order of the columns handed in. */
  readonly features: readonly string[];
  /** `null` in files from before it was kept. */
  readonly grid: ModelGrid | null;
  readonly rowsNeeded: number;
  readonly rowsLeast: number;
  /** By name; `FLEET` always is there. */
  readonly groups: ReadonlyMap<string, GroupPart>;
  /** Group of each cohort. */
  readonly cohorts: ReadonlyMap<string, string>;
  readonly entities: ReadonlyMap<string, EntityPart>;
}

/** Name of the group of all entities: stands in for cohorts that are unknown or too small. Cohort names can't hold a NUL. */
export const FLEET = '\u0000fleet';

/** Position of each sorted feature's column in the rows handed in. */
export function canonicalOrder(features: readonly string[]): number[] {
  return features
    .map((_, index) => index)
    .sort((a, b) => ((features[a] ?? '') < (features[b] ?? '') ? -1 : 1));
}

/** Columns of `rows` `[n, order.length]` in the given order; the same array if it is theirs already. */
export function reorderColumns(rows: Float64Array, order: readonly number[]): Float64Array {
  if (order.every((from, to) => from === to)) return rows;
  const width = order.length;
  const result = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += width) {
    for (let to = 0; to < width; to++) result[start + to] = rows[start + order[to]!]!;
  }
  return result;
}

/** The inverse of `reorderColumns` for one row. */
export function restoreOrder(row: Float64Array, order: readonly number[]): Float64Array {
  const result = new Float64Array(row.length);
  order.forEach((from, to) => (result[from] = row[to]!));
  return result;
}

/** Frees the tensors of all members. */
export function disposeParts(parts: EnsembleParts): void {
  const disposeBasis = (basis: LinearBasis | null): void => {
    for (const autoencoder of basis?.autoencoders ?? []) autoencoder.dispose();
    basis?.forecast.dispose();
  };
  for (const group of parts.groups.values()) {
    disposeBasis(group.basis);
    group.net?.dispose();
  }
  for (const entity of parts.entities.values()) {
    disposeBasis(entity.basis);
    entity.net?.autoencoder.dispose();
  }
}
