import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createRandom, type Random } from '../../src/core/random.ts';
import type { Sample } from '../../src/core/sample.ts';

export const STEP_MS = 60_000;
export const STEPS = 30;
export const START_MS = 1_790_000_040_000 - (1_790_000_040_000 % STEP_MS);
/** Of the scrapes within a step; the last one's time is where Prometheus is asked. */
export const SCRAPES_MS = [10_000, 25_000, 40_000, 55_000];

/** One scrape of the histogram of one route: counters since the process began, and what came since the scrape before. */
export interface HistogramScrape {
  readonly entity: string;
  readonly route: string;
  readonly timeMs: number;
  readonly bounds: readonly number[];
  /** Of each bucket by itself, one more than `bounds`. */
  readonly total: readonly number[];
  readonly added: readonly number[];
  readonly totalSum: number;
  readonly addedSum: number;
}

const ROUTES: readonly (readonly [entity: string, route: string, bounds: readonly number[]])[] = [
  ['one', '/', [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]],
  ['several', '/a', [0.1, 0.5, 1, 5]],
  ['several', '/b', [0.1, 0.5, 1, 5]],
  ['several', '/c', [0.1, 0.5, 1, 5]],
  ['mixed', '/a', [0.1, 0.5, 1, 5]],
  ['mixed', '/b', [0.05, 0.5, 2.5]],
  ['degrees', '/', [-20, -10, 0, 10, 20]],
  ['below', '/', [-1, 0]],
];

/**
 * Of these deltas and counters say the same: no process begins anew, of which counters miss a part, and no route has bounds of its own, which
 * counters keep while it is idle.
 */
export const SAME_AS_DELTAS: ReadonlySet<string> = new Set(['several', 'degrees', 'below']);

/** What all routes show over the steps, in order of time: busy and idle times, long tails, and processes that begin anew. */
export function histogramScrapes(): HistogramScrape[] {
  const random = createRandom(11);
  const states = ROUTES.map(([, , bounds]) => ({
    total: [...bounds, Infinity].map(() => 0),
    totalSum: 0,
  }));
  const scrapes: HistogramScrape[] = [];
  for (let step = 0; step < STEPS; step++) {
    const isIdle = ROUTES.map(() => random.next() < 0.15);
    for (const offsetMs of SCRAPES_MS) {
      ROUTES.forEach(([entity, route, bounds], index) => {
        const state = states[index];
        if (state === undefined) return;
        if (random.next() < 0.03 && !SAME_AS_DELTAS.has(entity)) {
          state.total = state.total.map(() => 0);
          state.totalSum = 0;
        }
        const { added, addedSum } = observations(
          bounds,
          isIdle[index] === true ? 0 : random.integer(60),
          random,
        );
        state.total = state.total.map((count, at) => count + (added[at] ?? 0));
        state.totalSum += addedSum;
        const timeMs = START_MS + step * STEP_MS + offsetMs;
        scrapes.push({ entity, route, timeMs, bounds, ...state, added, addedSum });
      });
    }
  }
  return scrapes;
}

function observations(
  bounds: readonly number[],
  count: number,
  random: Random,
): { readonly added: number[]; readonly addedSum: number } {
  const added = [...bounds, Infinity].map(() => 0);
  const [low, high] = [bounds[0] ?? 0, bounds.at(-1) ?? 1];
  const center = low + (high - low) * random.next() ** 2;
  let addedSum = 0;
  for (let each = 0; each < count; each++) {
    const value = center + (0.2 * (high - low) + 0.1) * random.normal();
    const at = bounds.findIndex((bound) => value <= bound);
    added[at < 0 ? bounds.length : at]! += 1;
    addedSum += Math.abs(value);
  }
  return { added, addedSum };
}

/** A scrape as Prometheus has it. */
export function scrapedSamples({
  entity,
  route,
  timeMs,
  bounds,
  total,
  totalSum,
}: HistogramScrape): Sample[] {
  const labels = { instance: entity, route };
  let below = 0;
  const buckets = total.map((count, at): Sample => {
    below += count;
    const le = bounds[at] === undefined ? '+Inf' : String(bounds[at]);
    return { metric: 'api_seconds_bucket', labels: { ...labels, le }, timeMs, value: below };
  });
  return [
    ...buckets,
    { metric: 'api_seconds_sum', labels, timeMs, value: totalSum },
    { metric: 'api_seconds_count', labels, timeMs, value: below },
  ];
}

const hrTime = (timeMs: number): [number, number] => [Math.floor(timeMs / 1000), (timeMs % 1000) * 1e6];

/** Scrapes of one time as OpenTelemetry's own exporter writes them; a delta of nothing is left out, as its SDKs do. */
export function otlpRecord(
  scrapes: readonly HistogramScrape[],
  temporality: AggregationTemporality,
): Uint8Array {
  const isDelta = temporality === AggregationTemporality.DELTA;
  const dataPoints = scrapes.flatMap(
    ({ entity, route, timeMs, bounds, total, added, totalSum, addedSum }) => {
      const counts = isDelta ? added : total;
      const count = counts.reduce((sum, one) => sum + one, 0);
      if (isDelta && count === 0) return [];
      const value = { buckets: { boundaries: bounds, counts }, count, sum: isDelta ? addedSum : totalSum };
      const startTime = hrTime(isDelta ? timeMs - 15_000 : START_MS - STEP_MS);
      return [{ startTime, endTime: hrTime(timeMs), attributes: { instance: entity, route }, value }];
    },
  );
  const descriptor = { name: 'api.seconds', description: '', unit: 's', valueType: 1, type: 'HISTOGRAM' };
  const metric = {
    descriptor,
    aggregationTemporality: temporality,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints,
  };
  const request = {
    resource: resourceFromAttributes({}),
    scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }],
  } as unknown as ResourceMetrics;
  return ProtobufMetricsSerializer.serializeRequest(request) ?? new Uint8Array();
}
