import type { DetectorSpec } from '../../core/detector.ts';
import { isOfHistogram } from '../../core/is-of-histogram.ts';
import type { Labels } from '../../core/sample.ts';
import { cohortKey, entityKey, entityLabels } from './entity-key.ts';
import { featureMetrics, labelsOfHistogram, type FeatureMetric } from './histogram-part.ts';
import { compileMatchers, type SeriesTest } from './label-matcher.ts';
import { canonicalSeriesKey, seriesHash } from './series-hash.ts';
import { RecentlyUsed } from './recently-used.ts';
import type { Track, TrackKey } from './track.ts';

/** Where the samples of one series go: a feature of an entity of a detector. */
export interface Route extends TrackKey {
  /** Index of the detector among those given to the router. */
  readonly detector: number;
  readonly feature: number;
  readonly entity: string;
  readonly labels: Labels;
  readonly cohort: string;
  /** The track once found, for speed; look again if it is `gone`. */
  track: Track | null;
}

interface FeatureTest extends Pick<FeatureMetric, 'partOf'> {
  readonly feature: number;
  /** Name of the histogram; `null`: of none. */
  readonly histogram: string | null;
  readonly accepts: SeriesTest;
}

interface DetectorTest {
  readonly detector: number;
  readonly spec: DetectorSpec;
  readonly accepts: SeriesTest;
  readonly features: ReadonlyMap<string, readonly FeatureTest[]>;
}

const NOWHERE: readonly Route[] = [];

/**
 * Finds where a sample belongs. The verdict on a series is made once and kept by its labels; of the verdicts, those
 * unused for the longest are dropped when there are more than `capacity` by one sort of key.
 */
export class SeriesRouter {
  readonly #tests: readonly DetectorTest[];
  readonly #byKey: RecentlyUsed<string, readonly Route[]>;
  readonly #byLabels: RecentlyUsed<Labels, readonly Route[]>;

  constructor(
    detectors: readonly { readonly index: number; readonly spec: DetectorSpec }[],
    capacity: number,
  ) {
    this.#tests = detectors.map(({ index, spec }) => detectorTest(index, spec));
    this.#byKey = new RecentlyUsed(capacity);
    this.#byLabels = new RecentlyUsed(capacity);
  }

  /**
   * The features that a series serves, in order of detectors and features; empty if nobody watches it. `isStable`: the labels
   * object is the series' own, see `DecodedRecord`.
   */
  routes(metric: string, labels: Labels, isStable = false): readonly Route[] {
    if (!isStable) return this.#byText(metric, labels);
    return this.#byLabels.get(labels) ?? this.#byLabels.set(labels, this.#find(metric, labels));
  }

  #byText(metric: string, labels: Labels): readonly Route[] {
    let key = metric;
    for (const name in labels) {
      const value = labels[name] ?? '';
      // With its length, for a value may hold what looks like the next label.
      key += '\u0000' + name + '\u0000' + value.length + '\u0000' + value;
    }
    return this.#byKey.get(key) ?? this.#byKey.set(key, this.#find(metric, labels));
  }

  #find(metric: string, labels: Labels): readonly Route[] {
    const routes: Route[] = [];
    let own: string | null = null;
    for (const { detector, spec, accepts, features } of this.#tests) {
      const candidates = features.get(metric);
      if (candidates === undefined || !accepts(metric, labels)) continue;
      const entity = entityKey(spec.entity, labels);
      if (entity === null) continue;
      const place = {
        entity,
        labels: entityLabels(spec.entity, labels),
        cohort: cohortKey(spec.cohort, labels),
      };
      for (const candidate of candidates) {
        if (!candidate.accepts(metric, labels)) continue;
        const { feature, histogram } = candidate;
        const part = candidate.partOf(labels);
        if (part === null) continue;
        const hash =
          histogram === null
            ? (own ??= seriesHash(canonicalSeriesKey(metric, labels)))
            : seriesHash(canonicalSeriesKey(histogram, labelsOfHistogram(labels)));
        routes.push({ detector, feature, ...place, hash, part, track: null });
      }
    }
    return routes.length === 0 ? NOWHERE : routes;
  }
}

function detectorTest(detector: number, spec: DetectorSpec): DetectorTest {
  const features = new Map<string, FeatureTest[]>();
  spec.features.forEach((one, feature) => {
    const accepts = compileMatchers(one.where);
    const histogram = isOfHistogram(one) ? one.metric : null;
    for (const { metric, partOf } of featureMetrics(one)) {
      const tests = features.get(metric) ?? [];
      tests.push({ feature, histogram, accepts, partOf });
      features.set(metric, tests);
    }
  });
  return { detector, spec, accepts: compileMatchers(spec.select), features };
}
