import type { FeatureSpec } from '../../core/detector.ts';

/** What one host of the simulated fleet shows of itself. */
export type FleetFeature =
  'cpu_busy' | 'disk_written' | 'latency' | 'memory_active' | 'network_sent' | 'requests';

/** One metric of the simulated fleet: its name on the wire, the labels beside the host's own, and how it is written. */
export interface FleetMetric {
  readonly feature: FleetFeature;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly as: FeatureSpec['as'];
  readonly unit: string;
  /** Values on the wire are rounded to whole multiples of 1 / `perUnit`. */
  readonly perUnit: number;
}

/** The fleet's metrics, named as node_exporter and an instrumented web application name theirs; sorted by feature. */
export const FLEET_METRICS: readonly FleetMetric[] = [
  {
    feature: 'cpu_busy',
    metric: 'node_cpu_seconds_total',
    labels: { mode: 'user' },
    as: 'rate',
    unit: 'cores',
    perUnit: 100,
  },
  {
    feature: 'disk_written',
    metric: 'node_disk_written_bytes_total',
    labels: { device: 'nvme0n1' },
    as: 'rate',
    unit: 'B/s',
    perUnit: 1,
  },
  {
    feature: 'latency',
    metric: 'http_request_duration_seconds_mean',
    labels: {},
    as: 'gauge',
    unit: 's',
    perUnit: 1e6,
  },
  {
    feature: 'memory_active',
    metric: 'node_memory_Active_bytes',
    labels: {},
    as: 'gauge',
    unit: 'B',
    perUnit: 1,
  },
  {
    feature: 'network_sent',
    metric: 'node_network_transmit_bytes_total',
    labels: { device: 'eth0' },
    as: 'rate',
    unit: 'B/s',
    perUnit: 1,
  },
  { feature: 'requests', metric: 'http_requests_total', labels: {}, as: 'rate', unit: '1/s', perUnit: 1 },
];

/** The fleet's metrics as features of a detector, in its order. */
export const FLEET_FEATURES: readonly FeatureSpec[] = FLEET_METRICS.map(({ feature, metric, as, unit }) => ({
  name: feature,
  metric,
  where: [],
  as,
  aggregate: 'sum',
  unit,
}));
