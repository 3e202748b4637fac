import { createRandom } from '../../../src/core/random.ts';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';

/** Hosts that are scraped once a step, each with the same metrics. */
export interface IngestFleet {
  readonly entities: number;
  readonly steps: number;
}

/** One scrape of one host: a value for each of {@link METRICS}. */
export interface Scrape {
  readonly timeMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const STEP_MS = 15_000;
const START_MS = Date.UTC(2026, 0, 5);
const GAUGES = ['load1', 'memory_used_bytes', 'temperature_celsius', 'connections', 'queue_length'];
const COUNTERS = [
  'cpu_seconds_total',
  'disk_read_bytes_total',
  'disk_written_bytes_total',
  'network_sent_bytes_total',
  'requests_total',
];

/** What formats put before a field's name to make a metric of it. */
export const MEASUREMENT = 'node';
/** Field names; the metric is `node_<field>`. */
export const METRICS: readonly string[] = [...GAUGES, ...COUNTERS];

/** The detector that watches the fleet: levels and rates, grid and lateness as they are by default. */
export function ingestSpec(): DetectorSpec {
  const names = METRICS.map((field) => `${MEASUREMENT}_${field}`);
  const base = backtestDetector(names, STEP_MS);
  return {
    ...base,
    name: 'bench',
    select: [{ label: 'job', op: '=', value: 'node' }],
    entity: ['instance'],
    cohort: ['role'],
    features: base.features.map((feature) =>
      feature.metric.endsWith('_total') ? { ...feature, as: 'rate' } : feature,
    ),
    allowedLatenessMs: 2 * STEP_MS,
  };
}

/** All scrapes in the order of their times; each host is scraped at its own moment of the step. */
export function* scrapes({ entities, steps }: IngestFleet): Generator<Scrape> {
  const random = createRandom(1);
  const counters = new Float64Array(entities * COUNTERS.length);
  const hosts = Array.from({ length: entities }, (_, index) => ({
    instance: `host-${index}.example.org:9100`,
    job: MEASUREMENT,
    env: 'production',
    region: `eu-west-${index % 3}`,
    role: index % 2 === 0 ? 'web' : 'db',
  }));
  for (let step = 0; step < steps; step++) {
    for (const [host, labels] of hosts.entries()) {
      const timeMs = START_MS + step * STEP_MS + Math.floor((host * STEP_MS) / entities);
      const levels = GAUGES.map(() => Number((100 * random.next()).toFixed(3)));
      const counts = COUNTERS.map((_, counter) => {
        const at = host * COUNTERS.length + counter;
        counters[at] = (counters[at] ?? 0) + Math.floor(10_000 * random.next());
        return counters[at];
      });
      yield { timeMs, labels, values: [...levels, ...counts] };
    }
  }
}
