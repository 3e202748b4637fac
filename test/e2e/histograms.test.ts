import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { createRandom } from '../../src/core/random.ts';
import type { DecodedRecord } from '../../src/core/records.ts';
import type { Sample } from '../../src/core/sample.ts';
import { sampleFormat } from '../../src/ingest/formats/format-registry.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import { step } from '../../src/pipeline/step.ts';
import { prometheusRecords } from '../app/discovery/host-samples.ts';
import { testLimits } from '../ingest/formats/format-contract.ts';
import { writeRequest1 } from '../ingest/formats/written-requests.ts';
import { assignments, NOTHING, partitionId } from '../pipeline/drive.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';
import type { LocalService } from '../support/local-service.ts';
import { prometheusBinary, startPrometheus } from '../support/prometheus.ts';
import {
  histogramScrapes,
  otlpRecord,
  SAME_AS_DELTAS,
  SCRAPES_MS,
  scrapedSamples,
  START_MS,
  STEP_MS,
  STEPS,
  type HistogramScrape,
} from './histogram-scrapes.ts';

const QUANTILES = [0.5021, 0.9013, 0.9907];
const spec: DetectorSpec = fakeSpec({
  features: [
    { name: 'mean', metric: 'api_seconds', where: [], as: 'mean', aggregate: 'sum', unit: 's' },
    ...QUANTILES.map((quantile) => ({
      name: `p${quantile}`,
      metric: 'api_seconds',
      where: [],
      as: 'quantile' as const,
      quantile,
      aggregate: 'sum' as const,
      unit: 's',
    })),
  ],
  stepMs: STEP_MS,
  allowedLatenessMs: 30_000,
});

/** Values by entity and step; those that were carried over are left out. */
type Values = Map<string, readonly number[]>;

const keyOf = (entity: string, stepNumber: number): string => `${entity} ${stepNumber}`;

/** What the pipeline makes of records of one format, one a scrape or a sample. */
function closedValues(
  format: 'prometheus_json' | 'remote_write' | 'otlp',
  values: readonly Uint8Array[],
): Values {
  const decoder = sampleFormat({ format });
  const state = createState({
    detectors: [spec],
    restored: NOTHING,
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
  });
  step(state, assignments(1));
  const closed: Values = new Map();
  values.forEach((bytes, offset) => {
    const { samples, rejects, stableLabels } = decoder.decode(bytes, testLimits);
    expect(rejects).toEqual([]);
    const timeMs = samples.reduce((newest, sample) => Math.max(newest, sample.timeMs), START_MS);
    const record: DecodedRecord = { offset, timeMs, samples, ...(stableLabels === true && { stableLabels }) };
    const records = [record];
    const slice = {
      ...partitionId(0),
      firstOffset: offset,
      nextOffset: offset + 1,
      records,
      deadLetters: [],
    };
    for (const { vector } of step(state, [{ kind: 'records', slice }]).steps) {
      if (!vector.filled) closed.set(keyOf(vector.entity, vector.step), [...vector.values]);
    }
  });
  return closed;
}

/** Lost parts inside of steps, buckets that are behind or come later, and an entity without +Inf. */
function dirtied(samples: readonly Sample[]): Sample[] {
  const random = createRandom(12);
  const withoutInf = samples
    .filter(({ labels }) => labels['instance'] === 'several' && labels['le'] !== '+Inf')
    .map((sample): Sample => ({ ...sample, labels: { ...sample.labels, instance: 'without-inf' } }));
  return [...samples, ...withoutInf]
    .flatMap((sample): Sample[] => {
      const { labels, timeMs, value } = sample;
      const inStepMs = (timeMs - START_MS) % STEP_MS;
      if (inStepMs !== SCRAPES_MS.at(-1) && random.next() < 0.2) return [];
      if (labels['route'] === '/b' && labels['le'] === '0.5') {
        if (timeMs < START_MS + 9 * STEP_MS + 50_000) return [];
      }
      const isBehind = labels['le'] !== undefined && labels['le'] !== '+Inf' && random.next() < 0.1;
      return [{ ...sample, value: isBehind ? Math.max(0, value - random.integer(30)) : value }];
    })
    .sort((a, b) => a.timeMs - b.timeMs);
}

function openMetrics(samples: readonly Sample[]): string {
  const byMetric = new Map<string, string[]>();
  for (const { metric, labels, timeMs, value } of samples) {
    const text = Object.entries(labels).map(([name, own]) => `${name}="${own}"`);
    const lines = byMetric.get(metric) ?? [];
    lines.push(`${metric}{${text.join(',')}} ${value} ${timeMs / 1000}\n`);
    byMetric.set(metric, lines);
  }
  return [...byMetric].map(([name, lines]) => `# TYPE ${name} gauge\n${lines.join('')}`).join('') + '# EOF\n';
}

/** What PromQL says of a query at the last scrape of each step. */
async function asked({ url }: LocalService, query: string): Promise<Map<string, number>> {
  const firstMs = START_MS + (SCRAPES_MS.at(-1) ?? 0);
  const body = new URLSearchParams({
    query,
    start: String(firstMs / 1000),
    end: String((firstMs + (STEPS - 1) * STEP_MS) / 1000),
    step: String(STEP_MS / 1000),
  });
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body });
  const { data } = (await response.json()) as {
    data: { result: { metric: { instance: string }; values: [number, string][] }[] };
  };
  return new Map(
    data.result.flatMap(({ metric, values }) =>
      values.map(([seconds, text]) => [
        keyOf(metric.instance, Math.floor((seconds * 1000) / STEP_MS)),
        Number(text),
      ]),
    ),
  );
}

describe.skipIf(prometheusBinary.path === null)(`features of histograms${prometheusBinary.note}`, () => {
  const scrapes = histogramScrapes();
  const clean = scrapes.flatMap(scrapedSamples);
  const dirty = dirtied(clean);
  const services = new Map<readonly Sample[], LocalService>();

  beforeAll(async () => {
    for (const samples of [clean, dirty]) {
      services.set(samples, await startPrometheus({ targets: [], history: openMetrics(samples) }));
    }
  }, 60_000);
  afterAll(async () => {
    for (const service of services.values()) await service.stop();
  });

  const expectEqual = async (values: Values, samples: readonly Sample[]): Promise<{ missing: number }> => {
    const prometheus = services.get(samples);
    if (prometheus === undefined) throw new Error('no Prometheus has these samples');
    const rate = (suffix: string, by: string): string =>
      `sum by (${by}) (rate(api_seconds_${suffix}[${STEP_MS / 1000}s]))`;
    const queries = [
      `${rate('sum', 'instance')} / ${rate('count', 'instance')}`,
      ...QUANTILES.map((q) => `histogram_quantile(${q}, ${rate('bucket', 'instance, le')})`),
    ];
    const count = { numbers: 0, missing: 0 };
    for (const [feature, query] of queries.entries()) {
      const theirs = await asked(prometheus, query);
      for (const [key, own] of values) {
        // Of the first step Prometheus makes a rate of a part.
        if (key.endsWith(` ${START_MS / STEP_MS}`)) continue;
        const ours = own[feature] ?? NaN;
        const wanted = theirs.get(key) ?? NaN;
        const place = `${spec.features[feature]?.name} of ${key}: ${ours}, not ${wanted}`;
        if (!Number.isFinite(wanted)) expect(ours, place).toBeNaN();
        else expect(Math.abs(ours - wanted), place).toBeLessThanOrEqual(1e-9 * Math.abs(wanted));
        count[Number.isFinite(wanted) ? 'numbers' : 'missing'] += 1;
      }
    }
    console.log(`compared with Prometheus: ${count.numbers} numbers, ${count.missing} without one`);
    expect(count.numbers).toBeGreaterThan(200);
    return count;
  };

  it('are those of Prometheus in prometheus_json, with lost parts and buckets that disagree', async () => {
    const records = prometheusRecords(dirty, 1).map(({ value }) => Buffer.from(String(value)));
    expect((await expectEqual(closedValues('prometheus_json', records), dirty)).missing).toBeGreaterThan(50);
  });

  it('are those of Prometheus in remote_write', async () => {
    const records = byTime(dirty).map((samples) => writeRequest1(samples));
    await expectEqual(closedValues('remote_write', records), dirty);
  });

  it('are those of Prometheus in otlp, cumulative and of deltas', async () => {
    for (const temporality of [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA]) {
      const records = byTime(scrapes).map((own: readonly HistogramScrape[]) => otlpRecord(own, temporality));
      const values = closedValues('otlp', records);
      for (const key of [...values.keys()]) {
        const isSame =
          temporality === AggregationTemporality.CUMULATIVE || SAME_AS_DELTAS.has(key.split(' ')[0] ?? '');
        if (!isSame) values.delete(key);
      }
      await expectEqual(values, clean);
    }
  });
});

function byTime<T extends { readonly timeMs: number }>(all: readonly T[]): T[][] {
  const times = new Map<number, T[]>();
  for (const one of all) {
    const own = times.get(one.timeMs);
    if (own === undefined) times.set(one.timeMs, [one]);
    else own.push(one);
  }
  return [...times.values()];
}
