import type { Autoencoder } from './autoencoder.ts';
import { FLEET, canonicalOrder, disposeParts, reorderColumns, restoreOrder } from './ensemble-parts.ts';
import type { EnsembleParts, EntityPart, GroupPart, LinearBasis } from './ensemble-parts.ts';
import { scaleRows } from './feature-scale.ts';
import { FORECAST_MEMORY, FORECAST_ROWS, forecastErrors } from './forecast.ts';
import { newestTerm } from './forecast-terms.ts';
import { logTerm, meanRatio } from './member-statistics.ts';
import type { MemberStatistics } from './member-statistics.ts';
import type { EntityProfile, ModelScore, ScoreItem, ScoringModel } from './scoring-model.ts';

/** Weights of the kinds of members, the net's being its group's own; those that are absent share theirs out. */
export const LINEAR_WEIGHT = 0.54;
export const FORECAST_WEIGHT = 0.26;

/** A running score of one item while the members speak one after the other. */
interface Tally {
  readonly part: EntityPart;
  readonly rows: Float32Array;
  readonly count: number;
  logSum: number;
  weightSum: number;
  /** Weighted shares of the error, sorted feature order. */
  readonly shares: Float64Array;
  /** Weighted squared residuals, sorted feature order. */
  readonly residuals: Float64Array;
  residualWeight: number;
  newestRowRatio: number;
  /** Scaled forecast of the newest row; zero is the mean. */
  forecast: Float32Array;
}

/**
 * The ensemble as a `ScoringModel`. Without members (`type: none`) `logError` is 0, contributions are 0 and `newestRowRatio` is NaN:
 * the guards alone must then judge the newest row.
 */
export function createEnsemble(parts: EnsembleParts, version: string): ScoringModel {
  const order = canonicalOrder(parts.features);
  const partOf = (entity: string, cohort: string): EntityPart =>
    parts.entities.get(entity) ?? groupOf(parts, parts.cohorts.get(cohort) ?? FLEET).unseen;

  const profile = (entity: string, cohort: string): EntityProfile => {
    const part = partOf(entity, cohort);
    const { scale } = part;
    const reach = reachOf(part, part.basis ?? groupOf(parts, part.group).basis);
    return {
      own: parts.entities.has(entity),
      trainedRows: Math.max(0, ...scale.counts),
      mean: restoreOrder(scale.mean, order),
      sd: restoreOrder(scale.sd, order),
      low: restoreOrder(scale.low, order),
      high: restoreOrder(scale.high, order),
      ...(reach !== null && { reach: restoreOrder(reach, order) }),
    };
  };

  const score = (items: readonly ScoreItem[]): ModelScore[] => {
    const tallies = items.map((item) => openTally(item, partOf(item.entity, item.cohort), parts, order));
    for (const [group, ofGroup] of groupBy(tallies, (tally) => groupOf(parts, tally.part.group))) {
      for (const [basis, ofBasis] of groupBy(ofGroup, (tally) => tally.part.basis ?? group.basis)) {
        if (basis !== null) addBasis(ofBasis, basis);
      }
      for (const [own, ofNet] of groupBy(ofGroup, (tally) => tally.part.net)) {
        const net = own?.autoencoder ?? group.net;
        const weight = own?.weight ?? group.netWeight;
        if (net !== null && weight > 0) addWindows(ofNet, net, -1, weight);
      }
    }
    return tallies.map((tally) => closeTally(tally, order));
  };

  return {
    version,
    detector: parts.detector,
    features: parts.features,
    grid: parts.grid,
    rowsNeeded: parts.rowsNeeded,
    rowsLeast: parts.rowsLeast,
    profile,
    score,
    nets: () => {
      const saved = [...parts.groups].map(([name, { net }]) => [name, net?.save()] as const);
      return new Map(saved.flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, bytes]])));
    },
    dispose: () => {
      disposeParts(parts);
    },
  };
}

/** `EntityProfile.reach` in the order of columns; `null` without a forecast. */
function reachOf({ scale, statistics }: EntityPart, basis: LinearBasis | null): Float64Array | null {
  const forecast = basis === null ? undefined : statistics.at(basis.autoencoders.length);
  if (forecast === undefined) return null;
  const { featureError, upperRatio } = forecast;
  return scale.sd.map((sd, feature) => sd * Math.sqrt(featureError[feature]! * upperRatio));
}

function groupOf(parts: EnsembleParts, name: string): GroupPart {
  const group = parts.groups.get(name);
  if (group === undefined) throw new Error(`model of detector "${parts.detector}" lacks the group "${name}"`);
  return group;
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function openTally(item: ScoreItem, part: EntityPart, parts: EnsembleParts, order: readonly number[]): Tally {
  const features = order.length;
  if (item.rows.length < item.count * features || item.count < 1) {
    throw new RangeError(
      `entity "${item.entity}": ${String(item.count)} rows of ${String(features)} features wanted, ${String(item.rows.length)} values given`,
    );
  }
  const count = Math.min(item.count, parts.rowsNeeded);
  const first = item.count - count;
  const newest = item.rows.subarray(first * features, item.count * features);
  return {
    part,
    rows: scaleRows(reorderColumns(newest, order), 0, count, part.scale),
    count,
    logSum: 0,
    weightSum: 0,
    shares: new Float64Array(features),
    residuals: new Float64Array(features),
    residualWeight: 0,
    newestRowRatio: Number.NaN,
    forecast: new Float32Array(features),
  };
}

function addBasis(tallies: readonly Tally[], basis: LinearBasis): void {
  const weight = LINEAR_WEIGHT / Math.max(1, basis.autoencoders.length);
  basis.autoencoders.forEach((autoencoder, member) => {
    addWindows(tallies, autoencoder, member, weight);
  });
  for (const tally of tallies) addForecast(tally, basis);
}

/** Adds an autoencoder's term to each tally; `member` −1: the last statistics. */
function addWindows(
  tallies: readonly Tally[],
  autoencoder: Autoencoder,
  member: number,
  weight: number,
): void {
  const { steps, features } = autoencoder;
  const width = steps * features;
  const full = tallies.filter((tally) => tally.count >= steps);
  const windows = new Float32Array(full.length * width);
  full.forEach((tally, index) => {
    windows.set(tally.rows.subarray(tally.rows.length - width), index * width);
  });
  const errors = full.length > 0 ? autoencoder.errors(windows, full.length) : new Float64Array(0);
  full.forEach((tally, index) => {
    const { featureError, ratioMean } = statisticsOf(tally, member);
    const offset = index * features;
    addTerm(tally, logTerm(meanRatio(errors, offset, featureError) / ratioMean), weight);
    const own = errors.subarray(offset, offset + features);
    addShares(tally, own, featureError, weight);
    addResiduals(tally, own, weight);
  });
  for (const tally of tallies) {
    if (tally.count < steps) addTerm(tally, statisticsOf(tally, member).medians[0] ?? 0, weight);
  }
}

function addForecast(tally: Tally, basis: LinearBasis): void {
  const features = tally.shares.length;
  const statistics = statisticsOf(tally, basis.autoencoders.length);
  const { featureError, ratioMean, medians, upperRatio } = statistics;
  const count = Math.min(tally.count, FORECAST_MEMORY + FORECAST_ROWS);
  const rows = tally.rows.subarray((tally.count - count) * features);
  const predicted = basis.forecast.predict(rows, count);
  const errors = forecastErrors(rows, predicted, features);
  const ratios = new Float64Array(errors.length / features);
  for (let row = 0; row < ratios.length; row++) ratios[row] = meanRatio(errors, row * features, featureError);
  addTerm(tally, newestTerm(ratios, ratioMean, medians), FORECAST_WEIGHT);
  if (ratios.length === 0) return;
  const newest = errors.subarray(errors.length - features);
  addShares(tally, newest, featureError, FORECAST_WEIGHT);
  addResiduals(tally, newest, FORECAST_WEIGHT);
  tally.newestRowRatio = ratios[ratios.length - 1]! / upperRatio;
  tally.forecast = predicted.subarray(predicted.length - features);
}

function statisticsOf(tally: Tally, member: number): MemberStatistics {
  const statistics = tally.part.statistics.at(member);
  if (statistics === undefined) throw new Error(`model lacks the statistics of member ${String(member)}`);
  return statistics;
}

function addTerm(tally: Tally, term: number, weight: number): void {
  tally.logSum += weight * term;
  tally.weightSum += weight;
}

/** Shares are not capped, so that the culprit of a wild fault stays in front of what it drags along. */
function addShares(tally: Tally, errors: Float64Array, featureError: Float64Array, weight: number): void {
  const ratios = errors.map((error, feature) => error / featureError[feature]!);
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  if (sum === 0) return;
  ratios.forEach((ratio, feature) => {
    tally.shares[feature] = tally.shares[feature]! + (weight * ratio) / sum;
  });
}

function addResiduals(tally: Tally, errors: Float64Array, weight: number): void {
  tally.residualWeight += weight;
  errors.forEach((error, feature) => {
    tally.residuals[feature] = tally.residuals[feature]! + weight * error;
  });
}

function closeTally(tally: Tally, order: readonly number[]): ModelScore {
  const { scale } = tally.part;
  const hasMembers = tally.weightSum > 0;
  const shareSum = tally.shares.reduce((total, share) => total + share, 0);
  const contributions = tally.shares.map((share) => {
    if (!hasMembers) return 0;
    return shareSum > 0 ? share / shareSum : 1 / order.length;
  });
  const expected = Float64Array.from(tally.forecast, (value, i) => scale.mean[i]! + scale.sd[i]! * value);
  return {
    logError: hasMembers ? tally.logSum / tally.weightSum : 0,
    newestRowRatio: tally.newestRowRatio,
    contributions: restoreOrder(contributions, order),
    expected: restoreOrder(expected, order),
    // Without a member that could speak: 0 ÷ 0, NaN.
    residuals: restoreOrder(
      tally.residuals.map((sum) => sum / tally.residualWeight),
      order,
    ),
  };
}
