import { labelValue } from '../../pipeline/series/label-matcher.ts';
import type { SeenSeries } from './series-census.ts';

/** How well a label's values partition the series into things that could be watched. */
export interface EntityProposal {
  readonly label: string;
  /** Different values seen: that many entities. */
  readonly values: number;
  /** Share of the series that carry it, 0…1. */
  readonly coverage: number;
  /** Share of all metrics that one value has on average, 0…1: hosts have all of them, `mode="idle"` a few. */
  readonly completeness: number;
  readonly examples: readonly string[];
}

/** Labels that name things people are on call for, by preference; of equal partitions the earlier name is taken. */
const USUAL = [
  'instance',
  'host',
  'hostname',
  'host_name',
  'node',
  'nodename',
  'node_name',
  'server',
  'machine',
  'pod',
  'k8s_pod_name',
  'pod_name',
  'container',
  'container_name',
  'service',
  'service_name',
  'service_instance_id',
  'app',
  'application',
  'device',
  'device_id',
  'sensor',
  'sensor_id',
  'agent_host',
  'vm',
  'name',
  'id',
  'job',
];
/** They tell parts of one histogram or summary apart. */
const PARTS: ReadonlySet<string> = new Set(['le', 'quantile']);
const EXAMPLES = 3;
/** Below these a label does not name whole things. */
const LEAST_COVERAGE = 0.5;
const LEAST_COMPLETENESS = 0.3;

/** The labels whose values partition the series well, the best one first; empty if there is none. */
export function proposeEntity(series: readonly SeenSeries[]): EntityProposal[] {
  const metrics = new Set(series.map(({ metric }) => metric)).size;
  const labels = new Set(series.flatMap((one) => Object.keys(one.labels)));
  return [...labels]
    .filter((label) => !PARTS.has(label))
    .map((label) => proposalOf(label, series, metrics))
    .filter(({ coverage, completeness }) => coverage >= LEAST_COVERAGE && completeness >= LEAST_COMPLETENESS)
    .sort(
      (a, b) => scoreOf(b) - scoreOf(a) || rankOf(a.label) - rankOf(b.label) || compare(a.label, b.label),
    );
}

function proposalOf(label: string, series: readonly SeenSeries[], metrics: number): EntityProposal {
  const byValue = new Map<string, Set<string>>();
  let covered = 0;
  for (const { metric, labels } of series) {
    const value = labelValue(labels, label);
    if (value === '') continue;
    covered += 1;
    const own = byValue.get(value);
    if (own === undefined) byValue.set(value, new Set([metric]));
    else own.add(metric);
  }
  const sizes = [...byValue.values()].map((own) => own.size / metrics);
  return {
    label,
    values: byValue.size,
    coverage: series.length === 0 ? 0 : covered / series.length,
    completeness: sizes.length === 0 ? 0 : sizes.reduce((sum, share) => sum + share, 0) / sizes.length,
    examples: [...byValue.keys()].sort().slice(0, EXAMPLES),
  };
}

/* A label with one value splits nothing, though it may be all that there is. A usual name outweighs a slightly better partition. */
function scoreOf({ label, values, coverage, completeness }: EntityProposal): number {
  const isUsual = rankOf(label) < USUAL.length - 1;
  return coverage * completeness * (values > 1 ? 1 : 0.5) * (isUsual ? 1.5 : 1) * (label === 'job' ? 0.5 : 1);
}

function rankOf(label: string): number {
  const rank = USUAL.indexOf(label);
  return rank < 0 ? USUAL.length : rank;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
