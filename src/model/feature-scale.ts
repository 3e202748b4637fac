import { historyShare, priorWorth } from './prior-worth.ts';

/** How one entity's features are scaled. Arrays have one element a feature; NaN mean: the feature was never seen. */
export interface FeatureScale {
  /** Values seen of each feature. */
  readonly counts: Float64Array;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What entities of a cohort have in common; the prior of the young and the stand-in of the unknown. */
export interface CohortScale {
  readonly mean: Float64Array;
  /** Typical sd inside one entity. */
  readonly within: Float64Array;
  /** sd of the entities' means. */
  readonly between: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** How far an entity's range reaches below and above its mean, in its own sds. */
  readonly below: Float64Array;
  readonly above: Float64Array;
}

/** A scaled value is held inside ± this, only to keep float32 sums finite. */
const LARGEST_SCALED = 1e6;

/** Mean, sd and range of raw rows `[n, features]`; values that are not finite are left out. */
export function fitScale(stretches: readonly Float64Array[], features: number): FeatureScale {
  const scale = emptyScale(features);
  for (let feature = 0; feature < features; feature++) {
    let largest = 0;
    let count = 0;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    forEachValue(stretches, feature, features, (value) => {
      count++;
      largest = Math.max(largest, Math.abs(value));
      low = Math.min(low, value);
      high = Math.max(high, value);
    });
    if (count === 0) continue;
    // Sums of values over their largest: 1e308 must not overflow.
    const unit = largest === 0 ? 1 : largest;
    let sum = 0;
    forEachValue(stretches, feature, features, (value) => (sum += value / unit));
    const mean = sum / count;
    let squares = 0;
    forEachValue(stretches, feature, features, (value) => (squares += (value / unit - mean) ** 2));
    const sd = Math.sqrt(squares / count) * unit;
    scale.counts[feature] = count;
    scale.mean[feature] = mean * unit;
    scale.low[feature] = low;
    scale.high[feature] = high;
    const constant = low === high || sd <= 1e-9 * largest;
    scale.sd[feature] = constant ? constantSd(mean * unit) : sd;
  }
  return scale;
}

/** Pools entities' scales, each counting by its share of a full history (`historyShare`). */
export function poolScales(
  scales: readonly FeatureScale[],
  features: number,
  priorRows: number,
): CohortScale {
  const mean = new Float64Array(features).fill(Number.NaN);
  const within = new Float64Array(features).fill(1);
  const between = new Float64Array(features);
  const low = new Float64Array(features).fill(Number.NaN);
  const high = new Float64Array(features).fill(Number.NaN);
  const below = new Float64Array(features);
  const above = new Float64Array(features);
  for (let feature = 0; feature < features; feature++) {
    const seen = scales.filter((scale) => scale.counts[feature]! > 0);
    if (seen.length === 0) continue;
    const weights = seen.map((scale) => historyShare(scale.counts[feature]!, priorRows));
    const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
    const average = (pick: (scale: FeatureScale) => number): number =>
      seen.reduce((sum, scale, i) => sum + pick(scale) * (weights[i]! / weightSum), 0);
    const centre = average((scale) => scale.mean[feature]!);
    // Levels at both ends of the doubles may lie further apart than a double can say.
    const quarter = (scale: FeatureScale): number => scale.mean[feature]! / 4 - centre / 4;
    const unit = seen.reduce((most, scale) => Math.max(most, Math.abs(quarter(scale))), 0);
    const spread = unit > 0 ? average((scale) => (quarter(scale) / unit) ** 2) : 0;
    mean[feature] = centre;
    between[feature] = Math.min(Number.MAX_VALUE, Math.sqrt(spread) * unit * 4);
    within[feature] = Math.exp(average((scale) => Math.log(scale.sd[feature]!)));
    low[feature] = seen.reduce((least, scale) => Math.min(least, scale.low[feature]!), Infinity);
    high[feature] = seen.reduce((most, scale) => Math.max(most, scale.high[feature]!), -Infinity);
    below[feature] = -average((scale) => inSds(scale.low[feature]!, scale, feature));
    above[feature] = average((scale) => inSds(scale.high[feature]!, scale, feature));
  }
  return { mean, within, between, low, high, below, above };
}

/**
 * Shrinks an entity's own scale toward its cohort's, which counts as up to `priorRows` rows (`priorWorth`). sd is mixed on the log scale,
 * so that one large host does not blow up the others; the mean's prior is weaker the more the entities' levels differ. The range of the
 * young is drawn out to how far the cohort's reach from their means, in the larger of its own and the cohort's sd: few rows show neither
 * the ends nor the spread.
 */
export function shrinkScale(own: FeatureScale, cohort: CohortScale, priorRows: number): FeatureScale {
  const mean = Float64Array.from(own.mean);
  const sd = Float64Array.from(own.sd);
  const low = Float64Array.from(own.low);
  const high = Float64Array.from(own.high);
  for (let feature = 0; feature < mean.length; feature++) {
    const count = own.counts[feature]!;
    const within = cohort.within[feature]!;
    const between = cohort.between[feature]!;
    if (count === 0) {
      mean[feature] = cohort.mean[feature]!;
      sd[feature] = Math.hypot(within, between);
      low[feature] = cohort.low[feature]!;
      high[feature] = cohort.high[feature]!;
      continue;
    }
    const worth = priorWorth(count, priorRows);
    const meanRows = between > within ? worth * (within / between) ** 2 : worth;
    const meanWeight = count / (count + meanRows);
    mean[feature] = meanWeight * own.mean[feature]! + (1 - meanWeight) * cohort.mean[feature]!;
    const sdWeight = count < 2 ? 0 : count / (count + worth);
    sd[feature] = Math.exp(sdWeight * Math.log(own.sd[feature]!) + (1 - sdWeight) * Math.log(within));
    const youth = 1 - historyShare(count, priorRows);
    const unit = Math.max(sd[feature]!, within);
    const centre = mean[feature]!;
    const [floor, ceiling] = [low[feature]!, high[feature]!];
    low[feature] = Math.min(floor, drawnOut(floor, centre - cohort.below[feature]! * unit, youth));
    high[feature] = Math.max(ceiling, drawnOut(ceiling, centre + cohort.above[feature]! * unit, youth));
  }
  return { counts: own.counts, mean, sd, low, high };
}

/** The scale of an entity of which nothing was seen: wide enough for its cohort's differences of level. */
export function unseenScale(cohort: CohortScale): FeatureScale {
  return shrinkScale(emptyScale(cohort.mean.length), cohort, 1);
}

/** Scales rows `[count, features]` from row `first` on; NaN stays NaN. */
export function scaleRows(
  rows: Float64Array,
  first: number,
  count: number,
  scale: FeatureScale,
): Float32Array {
  const features = scale.mean.length;
  const scaled = new Float32Array(count * features);
  const offset = first * features;
  for (let index = 0; index < scaled.length; index++) {
    const feature = index % features;
    const result = inSds(rows[offset + index]!, scale, feature);
    scaled[index] = Math.max(-LARGEST_SCALED, Math.min(LARGEST_SCALED, result));
  }
  return scaled;
}

function inSds(value: number, scale: FeatureScale, feature: number): number {
  const mean = scale.mean[feature]!;
  const sd = scale.sd[feature]!;
  const difference = value - mean;
  return Number.isFinite(difference) ? difference / sd : value / sd - mean / sd;
}

/** An end of a range, moved by so much of the way to where others' lies; where doubles end, as it was. */
function drawnOut(end: number, reached: number, share: number): number {
  const moved = end + share * (reached - end);
  return Number.isFinite(moved) ? moved : end;
}

function emptyScale(features: number): FeatureScale {
  return {
    counts: new Float64Array(features),
    mean: new Float64Array(features).fill(Number.NaN),
    sd: new Float64Array(features).fill(1),
    low: new Float64Array(features).fill(Number.NaN),
    high: new Float64Array(features).fill(Number.NaN),
  };
}

/** A feature that never moved: moving by 1 % of its level (at least .01) is one sd. */
function constantSd(level: number): number {
  return Math.max(0.01 * Math.abs(level), 0.01);
}

function forEachValue(
  stretches: readonly Float64Array[],
  feature: number,
  features: number,
  visit: (value: number) => void,
): void {
  for (const rows of stretches) {
    for (let index = feature; index < rows.length; index += features) {
      const value = rows[index]!;
      if (Number.isFinite(value)) visit(value);
    }
  }
}
