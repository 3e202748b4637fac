import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { WideRow } from '../../../src/ingest/replay/wide-csv.ts';

const FOLDER = 'petshop/dataset/low_traffic';
const STEP_MS = 5 * 60_000;
/** `microservice`, `metric`, `statistic`, `unix_timestamp`. */
const HEADER_LINES = 4;
const METRICS: Readonly<Record<string, string>> = {
  'latency Average': 'latency_mean',
  'latency p50': 'latency_p50',
  'latency p90': 'latency_p90',
  'latency p95': 'latency_p95',
  'latency p99': 'latency_p99',
  'requests Sum': 'requests',
  'availability Average': 'availability',
};

/** One injected fault. */
export interface PetShopIssue {
  readonly name: string;
  /** The service that it was injected into. */
  readonly rootCause: string;
  /** Five steps around the fault, in time as if they followed the normal rows at once. */
  readonly rows: readonly WideRow[];
}

/** Services watched in their normal state, then with one fault after the other. */
export interface PetShop {
  readonly features: readonly string[];
  readonly stepMs: number;
  readonly normal: readonly WideRow[];
  /** Time of the first row of each issue. */
  readonly issuesFromMs: number;
  readonly issues: readonly PetShopIssue[];
}

/** Reads the PetShop set, an entity a service; `null` if it is not there. */
export function loadPetShop(data: string): PetShop | null {
  const folder = join(data, FOLDER);
  if (!existsSync(folder)) return null;
  const features = Object.values(METRICS).sort();
  const normalTable = readTable(gunzipSync(readFileSync(join(folder, 'noissue/metrics.csv.gz'))).toString());
  const startMs = Math.floor((normalTable.times[0] ?? 0) / STEP_MS) * STEP_MS;
  const normal = toRows(normalTable, features, startMs);
  const issuesFromMs = startMs + normalTable.times.length * STEP_MS;
  const issues = ['train', 'test'].flatMap((part) =>
    readdirSync(join(folder, part))
      .sort()
      .map((name) => {
        const table = readTable(readFileSync(join(folder, part, name, 'metrics.csv'), 'utf8'));
        const target = JSON.parse(readFileSync(join(folder, part, name, 'target.json'), 'utf8')) as {
          readonly root_cause: { readonly node: string };
        };
        return {
          name: `${part}/${name}`,
          rootCause: target.root_cause.node,
          rows: toRows(table, features, issuesFromMs),
        };
      }),
  );
  return { features, stepMs: STEP_MS, normal, issuesFromMs, issues };
}

interface Table {
  readonly times: readonly number[];
  /** By service and feature: its column of the body. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly body: readonly (readonly string[])[];
}

function readTable(text: string): Table {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const [services = [], metrics = [], statistics = []] = lines;
  const columns = new Map<string, Map<string, number>>();
  services.forEach((service, column) => {
    const feature = METRICS[`${metrics[column] ?? ''} ${statistics[column] ?? ''}`];
    if (column === 0 || feature === undefined) return;
    const own = columns.get(service) ?? new Map<string, number>();
    columns.set(service, own.set(feature, column));
  });
  const body = lines.slice(HEADER_LINES);
  return { times: body.map(([time]) => Number(time) * 1000), columns, body };
}

/** The set's times are of other months than its normal rows: only their order counts. */
function toRows(table: Table, features: readonly string[], fromMs: number): WideRow[] {
  return table.body.flatMap((line, index) => {
    const timeMs = fromMs + index * STEP_MS;
    return [...table.columns].map(([entity, columns]) => ({
      line: index + HEADER_LINES + 1,
      timeMs,
      timeText: new Date(timeMs).toISOString(),
      entity,
      values: Float64Array.from(features, (feature) => {
        const field = line[columns.get(feature) ?? -1];
        return field === undefined || field === '' ? Number.NaN : Number(field);
      }),
    }));
  });
}
