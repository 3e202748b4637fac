import { bucketQuantile } from '../../src/core/bucket-quantile.ts';
import { histogramSpec, type HistogramCase, type SentPart } from './histogram-case.ts';
import { ABSENT_AFTER_MS, STEP_MS } from './stream-case.ts';

const stepOf = (timeMs: number): number => Math.floor(timeMs / STEP_MS);

/** Naive values of an entity's step: out of the whole list of samples, without streams or memory. */
export function oracleValues({ sent }: HistogramCase, entity: string, step: number): number[] {
  const own = sent.filter((one) => one.entity === entity);
  return histogramSpec.features.map(({ as, quantile = NaN }) => {
    const ofFeature = own.filter(({ metric }) => metric.endsWith('_bucket') === (as === 'quantile'));
    const routes = [...new Set(ofFeature.map(({ route }) => route))].map((route) =>
      ratesOf(ofFeature, route, step),
    );
    const sums = new Map<string, number>();
    for (const rates of routes) {
      if (as === 'mean' && !(rates.has('sum') && rates.has('count'))) continue;
      for (const [part, rate] of rates) sums.set(part, (sums.get(part) ?? 0) + rate);
    }
    const value =
      as === 'mean' ? (sums.get('sum') ?? NaN) / (sums.get('count') ?? NaN) : quantileOf(quantile, sums);
    return Number.isFinite(value) ? value : NaN;
  });
}

function quantileOf(q: number, sums: ReadonlyMap<string, number>): number {
  const buckets = [...sums]
    .map(([le, count]) => [le === '+Inf' ? Infinity : Number(le), count] as const)
    .sort(([a], [b]) => a - b);
  return bucketQuantile(q, {
    bounds: buckets.map(([bound]) => bound),
    counts: buckets.map(([, count]) => count),
  });
}

/** What each part of a route counted a second, as the step has it; parts that say nothing are missing. */
function ratesOf(ofFeature: readonly SentPart[], route: string, step: number): Map<string, number> {
  const ofRoute = ofFeature.filter((one) => one.route === route);
  const rates = new Map<string, number>();
  for (const part of new Set(ofRoute.map((one) => one.part))) {
    const own = ofRoute.filter((one) => one.part === part && stepOf(one.timeMs) <= step);
    const last = own.reduce((newest, { timeMs }) => Math.max(newest, timeMs), -Infinity);
    const heardAt = stepOf(last);
    if ((step + 1) * STEP_MS - last > ABSENT_AFTER_MS) continue;
    const isDelta = own.some(({ increase }) => increase !== undefined);
    // Since then nothing came of the route; of deltas nothing of the whole feature.
    const others = isDelta ? ofFeature : ofRoute;
    if (others.some(({ timeMs }) => stepOf(timeMs) > heardAt && stepOf(timeMs) <= step)) continue;
    const rate = isDelta ? deltasIn(own, heardAt) : rateIn(own, heardAt);
    if (!Number.isNaN(rate)) rates.set(part, rate);
  }
  return rates;
}

function deltasIn(own: readonly SentPart[], step: number): number {
  const inStep = own.filter(({ timeMs }) => stepOf(timeMs) === step);
  return inStep.reduce((sum, { increase = NaN }) => sum + increase, 0) / (STEP_MS / 1000);
}

function rateIn(own: readonly SentPart[], step: number): number {
  const points = own.map(({ timeMs, value }) => [timeMs, value] as const).sort(([a], [b]) => a - b);
  const first = points.findIndex(([timeMs]) => stepOf(timeMs) === step);
  let run = points.slice(Math.max(0, first - 1));
  const broken = run.findLastIndex(
    ([timeMs], index) => timeMs - (run[index - 1]?.[0] ?? timeMs) > ABSENT_AFTER_MS,
  );
  if (broken > 0) run = run.slice(broken);
  if (run.length < 2) return NaN;
  let increase = 0;
  run.slice(1).forEach(([, value], index) => {
    const before = run[index]?.[1] ?? NaN;
    increase += value >= before ? value - before : value;
  });
  return (increase / ((run.at(-1)?.[0] ?? 0) - (run[0]?.[0] ?? 0))) * 1000;
}
