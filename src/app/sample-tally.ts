import type { DetectorSpec } from '../core/detector.ts';
import { isOfHistogram } from '../core/is-of-histogram.ts';
import type { Sample } from '../core/sample.ts';
import type { DecodeLimits, SampleFormat } from '../ingest/formats/sample-format.ts';
import type { SampledPartition } from '../ingest/kafka/sample-topics.ts';
import { histogramGaps } from './histogram-gaps.ts';
import { SeriesRouter } from '../pipeline/series/series-router.ts';

/** What a detector finds among the newest records of a source. */
export interface DetectorFinding {
  readonly detector: string;
  readonly samples: number;
  readonly entities: number;
  /** Series of the entity that has most, each once for every feature. */
  readonly mostSeries: number;
  /** Different bounds of the histogram that has most in one entity. */
  readonly mostBuckets: number;
  /** Features of which no sample was seen. */
  readonly missingFeatures: readonly string[];
  /** Why features made from histograms would stay without a value. */
  readonly histogramGaps: readonly string[];
}

/** An entity that a detector saw, how many samples of it, and in which partitions, as `topic/partition`. */
export interface TalliedEntity {
  readonly detector: string;
  readonly entity: string;
  samples: number;
  readonly series: Set<string>;
  /** By feature made from a histogram: the parts that were seen. */
  readonly parts: Map<number, Set<number>>;
  readonly partitions: Set<string>;
}

interface DetectorTally {
  readonly spec: DetectorSpec;
  samples: number;
  readonly features: Set<number>;
  readonly entities: Map<string, TalliedEntity>;
}

const SERIES_CACHED = 100_000;

/** Counts what sampled records hold: what decodes, and what each detector would make of it. */
export class SampleTally {
  readonly #format: SampleFormat;
  readonly #limits: DecodeLimits;
  readonly #router: SeriesRouter;
  readonly #detectors: readonly DetectorTally[];
  /** What could not be used, by reason. */
  readonly rejected: Record<string, number> = {};
  samples = 0;

  constructor(specs: readonly DetectorSpec[], format: SampleFormat, limits: DecodeLimits) {
    this.#format = format;
    this.#limits = limits;
    this.#router = new SeriesRouter(
      specs.map((spec, index) => ({ spec, index })),
      SERIES_CACHED,
    );
    this.#detectors = specs.map((spec) => ({ spec, samples: 0, features: new Set(), entities: new Map() }));
  }

  add({ topic, partition, records }: SampledPartition): void {
    for (const { value } of records) {
      if (value === null) continue;
      const { samples, rejects } = this.#format.decode(value, this.#limits);
      for (const { reason } of rejects) this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
      for (const sample of samples) this.#addSample(sample, `${topic}/${partition}`);
    }
  }

  detectors(): DetectorFinding[] {
    return this.#detectors.map(({ spec, samples, features, entities }) => ({
      detector: spec.name,
      samples,
      entities: entities.size,
      mostSeries: [...entities.values()].reduce((most, { series }) => Math.max(most, series.size), 0),
      mostBuckets: mostBuckets(entities.values()),
      histogramGaps: samples === 0 ? [] : histogramGaps(spec.features, partsOfAll(entities.values())),
      missingFeatures: spec.features.filter((_, index) => !features.has(index)).map(({ name }) => name),
    }));
  }

  entities(): TalliedEntity[] {
    return this.#detectors.flatMap(({ entities }) => [...entities.values()]);
  }

  #addSample({ metric, labels }: Sample, place: string): void {
    this.samples += 1;
    for (const { detector, feature, entity, hash, part } of this.#router.routes(metric, labels)) {
      const tally = this.#detectors[detector];
      if (tally === undefined) continue;
      tally.samples += 1;
      tally.features.add(feature);
      let one = tally.entities.get(entity);
      if (one === undefined) {
        const name = { detector: tally.spec.name, entity };
        one = { ...name, samples: 0, series: new Set(), parts: new Map(), partitions: new Set() };
        tally.entities.set(entity, one);
      }
      one.samples += 1;
      one.series.add(`${feature} ${hash} ${part}`);
      one.partitions.add(place);
      const spec = tally.spec.features[feature];
      if (spec !== undefined && isOfHistogram(spec)) partsOf(one.parts, feature).add(part);
    }
  }
}

function partsOf(parts: Map<number, Set<number>>, feature: number): Set<number> {
  const known = parts.get(feature) ?? new Set<number>();
  parts.set(feature, known);
  return known;
}

function partsOfAll(entities: Iterable<TalliedEntity>): Map<number, Set<number>> {
  const all = new Map<number, Set<number>>();
  for (const { parts } of entities) {
    for (const [feature, own] of parts) for (const part of own) partsOf(all, feature).add(part);
  }
  return all;
}

function mostBuckets(entities: Iterable<TalliedEntity>): number {
  let most = 0;
  for (const { parts } of entities) for (const own of parts.values()) most = Math.max(most, own.size);
  return most;
}
