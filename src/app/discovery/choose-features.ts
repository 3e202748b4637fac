import type { FeatureSpec } from '../../core/detector.ts';
import { isOfHistogram } from '../../core/is-of-histogram.ts';
import { columnOf, correlation, isMoving, shareAtLeast, sizeOf, type Column } from './feature-columns.ts';
import { featureCandidates, type FeatureCandidate, type LeftOut } from './feature-candidates.ts';
import { histogramCandidates, histogramsIn } from './histogram-candidates.ts';
import type { SeenSeries } from './series-census.ts';

/** A feature and why it is one. */
export interface ChosenFeature {
  readonly spec: FeatureSpec;
  readonly reason: string;
}

/** Features to watch, sorted by name, and what was left out of them. */
export interface FeatureChoice {
  readonly features: readonly ChosenFeature[];
  readonly leftOut: readonly LeftOut[];
}

/** More columns cost time and say less each; so many are a good start. */
const MOST_FEATURES = 50;
/** Share of the entities that must have a metric. */
const LEAST_COVERAGE = 0.5;
/** Columns that move together this closely say the same. */
const SAME = 0.999;

/** Share of a quantile's values that may lie beyond the highest bucket. */
const MOST_BEYOND = 0.5;

interface Weighed {
  readonly candidate: FeatureCandidate;
  readonly column: Column;
  readonly coverage: number;
}

/**
 * Chooses features from a sample of series: counters become rates, histograms their mean and a high quantile, levels stay; what most entities lack, what never changes and what
 * moves exactly as another column does is left out, each with its reason. Depends on nothing but its arguments.
 */
export function chooseFeatures(
  series: readonly SeenSeries[],
  { entity, stepMs }: { readonly entity: readonly string[]; readonly stepMs: number },
): FeatureChoice {
  const leftOut: LeftOut[] = [];
  const candidates: FeatureCandidate[] = [];
  const metrics = byMetric(series);
  const histograms = histogramsIn(metrics);
  const inHistograms = new Set(
    histograms.flatMap(({ metric }) => ['bucket', 'sum', 'count'].map((part) => `${metric}_${part}`)),
  );
  const others = [...metrics].filter(([metric]) => !inHistograms.has(metric));
  for (const made of [
    ...histograms.map((histogram) => histogramCandidates(histogram, entity)),
    ...others.map(([metric, own]) => featureCandidates(metric, own, entity)),
  ]) {
    leftOut.push(...made.leftOut);
    candidates.push(...made.candidates);
  }
  const entities = new Set(candidates.flatMap(({ byEntity }) => [...byEntity.keys()])).size;
  const weighed = candidates.map((candidate) => ({
    candidate,
    column: columnOf(candidate, stepMs),
    coverage: candidate.byEntity.size / Math.max(1, entities),
  }));
  const fit = weighed.filter((one) => {
    const reason = unfit(one, entities);
    if (reason !== null) leftOut.push({ name: one.candidate.spec.name, reason });
    return reason === null;
  });
  const features = withoutCopies(fit.sort(byWorth), leftOut)
    .map(({ candidate: { spec, reason } }) => ({ spec, reason }))
    .sort((a, b) => compare(a.spec.name, b.spec.name));
  return { features, leftOut: leftOut.sort((a, b) => compare(a.name, b.name)) };
}

function byMetric(series: readonly SeenSeries[]): Map<string, SeenSeries[]> {
  const metrics = new Map<string, SeenSeries[]>();
  for (const one of series) {
    const own = metrics.get(one.metric);
    if (own === undefined) metrics.set(one.metric, [one]);
    else own.push(one);
  }
  return new Map([...metrics].sort(([a], [b]) => compare(a, b)));
}

function unfit({ candidate, column, coverage }: Weighed, entities: number): string | null {
  const { byEntity, spec, highestBound } = candidate;
  if (byEntity.size === 0) return 'without the label that names the entity';
  if (coverage < LEAST_COVERAGE) return `only ${byEntity.size} of ${entities} entities have it`;
  const isSeenTwice = [...byEntity.values()].some((own) => own.some(({ times }) => times.length > 1));
  if (isOfHistogram(spec) && isSeenTwice && sizeOf(column) === 0) return 'nothing was observed in the sample';
  if (highestBound !== undefined && shareAtLeast(column, highestBound) > MOST_BEYOND)
    return `it mostly lies beyond the highest bucket (${highestBound}), where nobody knows how far: let the sender add some`;
  // Of a series seen once nobody knows whether it moves.
  if (sizeOf(column) > byEntity.size && !isMoving(column)) return 'it never changed in the sample';
  return null;
}

function withoutCopies(ordered: readonly Weighed[], leftOut: LeftOut[]): Weighed[] {
  const kept: Weighed[] = [];
  const names = new Set<string>();
  for (const one of ordered) {
    const { name } = one.candidate.spec;
    if (kept.length >= MOST_FEATURES) {
      leftOut.push({ name, reason: `over ${MOST_FEATURES} features` });
      continue;
    }
    const copied = kept.find(({ column }) => Math.abs(correlation(column, one.column) ?? 0) >= SAME);
    if (copied !== undefined) {
      leftOut.push({ name, reason: `it moves exactly as ${copied.candidate.spec.name} does` });
    } else if (names.has(name)) leftOut.push({ name, reason: 'another feature has its name' });
    else {
      kept.push(one);
      names.add(name);
    }
  }
  return kept;
}

/* What all entities have first; of equals the shorter name, which is the plainer measurement more often than not. */
function byWorth(a: Weighed, b: Weighed): number {
  const [nameA, nameB] = [a.candidate.spec.name, b.candidate.spec.name];
  return b.coverage - a.coverage || nameA.length - nameB.length || compare(nameA, nameB);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
