import type { FeatureSpec } from '../../core/detector.ts';
import { entityKey } from '../../pipeline/series/entity-key.ts';
import { labelValue } from '../../pipeline/series/label-matcher.ts';
import type { SeenSeries } from './series-census.ts';

/** A feature that a metric could become, and the series of each entity that it would be made of. */
export interface FeatureCandidate {
  readonly spec: FeatureSpec;
  readonly byEntity: ReadonlyMap<string, readonly SeenSeries[]>;
  /** Why it is a rate or a gauge, and how series are joined. */
  readonly reason: string;
  /** Of a quantile: beyond it no bucket tells how far. */
  readonly highestBound?: number;
}

/** A metric that no feature is made of. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** What metrics could become, and what they could not. */
export interface FeatureCandidates {
  readonly candidates: readonly FeatureCandidate[];
  readonly leftOut: readonly LeftOut[];
}

/** A label is split by if it has so many values, all of them words. */
const MOST_PARTS = 8;
const WORD = /^[a-zA-Z][a-zA-Z_-]*$/;
/** Share of the entities that must have the same parts. */
const SAME_PARTS = 0.8;
const LEAST_OBSERVATIONS = 8;

/** What a metric's series could be as features of entities named by `entity`; or why none should be made of them. */
export function featureCandidates(
  metric: string,
  series: readonly SeenSeries[],
  entity: readonly string[],
): FeatureCandidates {
  const why = unfit(metric, series);
  if (why !== null) return { candidates: [], leftOut: [{ name: metric, reason: why }] };
  const isDelta = series.every((one) => one.isDelta === true);
  const counter = isDelta ? null : counterReason(metric, series);
  const isRate = isDelta || counter !== null;
  const byEntity = seriesByEntity(series, entity);
  const split = [...byEntity.values()].some((own) => own.length > 1) ? splitLabel(byEntity, entity) : null;
  const parts =
    split === null
      ? [{ value: null, byEntity }]
      : split.values.map((value) => ({ value, byEntity: partOf(byEntity, split.label, value) }));
  const candidates = parts.map(({ value, byEntity: own }): FeatureCandidate => {
    const isMany = [...own.values()].some((few) => few.length > 1);
    // Of a counter a second series may come yet, and then it is the sum that goes on.
    const isJoined = isMany || isRate;
    const aggregate = isJoined ? aggregateOf(metric, series, isRate) : 'mean';
    return {
      spec: {
        name: nameOf(metric, value, isRate),
        metric,
        where: split === null || value === null ? [] : [{ label: split.label, op: '=', value }],
        as: counter === null ? 'gauge' : 'rate',
        aggregate,
        unit: unitOf(metric, isRate),
      },
      byEntity: own,
      reason: [
        counter ?? (isDelta ? 'deltas, which come as rates' : 'a level'),
        ...(isMany ? [`the ${aggregate} of its series`] : []),
      ].join(', '),
    };
  });
  return { candidates, leftOut: [] };
}

function unfit(metric: string, series: readonly SeenSeries[]): string | null {
  if (series.some(({ labels }) => labelValue(labels, 'le') !== '')) return 'buckets of a histogram';
  if (series.some(({ labels }) => labelValue(labels, 'quantile') !== '')) return 'quantiles of a summary';
  if (/_(info|created)$/.test(metric)) return 'tells what a thing is, not how it is';
  const moving = series.filter(({ values }) => values.length >= 2);
  if (moving.length > 0 && moving.every(isClock)) return 'a clock';
  return null;
}

/* Grows by one a second: an uptime, or the time itself. */
function isClock({ times, values }: SeenSeries): boolean {
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  const grown = (values.at(-1) ?? 0) - (values[0] ?? 0);
  return values.length >= 3 && seconds > 0 && Math.abs(grown / seconds - 1) < 0.02 && (values[0] ?? 0) > 0;
}

/* Why it is a counter; null for a gauge. */
function counterReason(metric: string, series: readonly SeenSeries[]): string | null {
  if (/_total$/.test(metric)) return 'a counter by its name';
  if (/_(count|sum)$/.test(metric) && series.every(neverFalls)) return 'a counter by its name';
  const enough = series.filter(({ values }) => values.length >= LEAST_OBSERVATIONS);
  const isGrowing = enough.some(({ values }) => (values.at(-1) ?? 0) > (values[0] ?? 0));
  // Levels that rise for a while (a disk that fills) rise slowly; a counter of a busy thing rises most of the time.
  const rising = enough.length > 0 && enough.every(neverFalls);
  return rising && isGrowing && enough.some(risesMostly) ? 'a counter, for it never fell' : null;
}

/** Whether a series only grows, as a counter does between two resets. */
export const neverFalls = ({ values }: SeenSeries): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] ?? value));

const risesMostly = ({ values }: SeenSeries): boolean =>
  values.filter((value, index) => index > 0 && value > (values[index - 1] ?? value)).length >=
  (values.length - 1) * 0.5;

/** Series by the entity that they are of; those without the labels that name it are left out. */
export function seriesByEntity(
  series: readonly SeenSeries[],
  entity: readonly string[],
): Map<string, SeenSeries[]> {
  const byEntity = new Map<string, SeenSeries[]>();
  for (const one of series) {
    const key = entityKey(entity, one.labels);
    if (key === null) continue;
    const own = byEntity.get(key);
    if (own === undefined) byEntity.set(key, [one]);
    else own.push(one);
  }
  return byEntity;
}

/* A label of few words that (nearly) all entities share, such as the mode of a CPU: its parts mean different things. */
function splitLabel(
  byEntity: ReadonlyMap<string, readonly SeenSeries[]>,
  entity: readonly string[],
): { readonly label: string; readonly values: readonly string[] } | null {
  const all = [...byEntity.values()];
  const names = new Set(all.flat().flatMap(({ labels }) => Object.keys(labels)));
  const choices = [...names]
    .filter((name) => !entity.includes(name))
    .flatMap((label) => {
      const values = [...new Set(all.flat().map(({ labels }) => labelValue(labels, label)))].sort();
      if (values.length < 2 || values.length > MOST_PARTS || !values.every((value) => WORD.test(value)))
        return [];
      const whole = all.filter(
        (own) => new Set(own.map(({ labels }) => labelValue(labels, label))).size === values.length,
      );
      return whole.length >= SAME_PARTS * all.length ? [{ label, values }] : [];
    });
  return choices.sort((a, b) => a.values.length - b.values.length)[0] ?? null;
}

function partOf(
  byEntity: ReadonlyMap<string, readonly SeenSeries[]>,
  label: string,
  value: string,
): Map<string, readonly SeenSeries[]> {
  const parts = [...byEntity].map(
    ([key, own]) => [key, own.filter(({ labels }) => labelValue(labels, label) === value)] as const,
  );
  return new Map(parts.filter(([, own]) => own.length > 0));
}

/* Shares, temperatures and the like have no sum; sizes and counts have one. */
function aggregateOf(
  metric: string,
  series: readonly SeenSeries[],
  isCounter: boolean,
): FeatureSpec['aggregate'] {
  if (isCounter) return 'sum';
  if (/(ratio|percent|celsius|usage|utili[sz]ation|temperature|load|avg|mean|latency|seconds)/i.test(metric))
    return 'mean';
  const isBounded = series.every(({ values }) => values.every((value) => value >= 0 && value <= 1));
  return isBounded || !/(bytes|count|connections|requests|size|length|files|threads|processes)/i.test(metric)
    ? 'mean'
    : 'sum';
}

function nameOf(metric: string, value: string | null, isCounter: boolean): string {
  const stem = isCounter ? metric.replace(/_total$/, '') : metric;
  return value === null ? stem : `${stem}_${value.replaceAll('-', '_')}`;
}

/** A metric's unit by its name, per second of a counter; empty where it says none. */
export function unitOf(metric: string, isCounter: boolean): string {
  // Seconds that are counted are observations.
  const stem = metric
    .replace(/_total$/, '')
    .replace(/_sum$/, '')
    .replace(/^.*_count$/, '');
  const known = /_(bytes|seconds|celsius|ratio|percent|volts|watts|joules|meters)$/.exec(stem)?.[1] ?? '';
  const unit = known === 'percent' ? '%' : known === 'seconds' ? 's' : known === 'ratio' ? '' : known;
  return isCounter ? `${unit}/s` : unit;
}
