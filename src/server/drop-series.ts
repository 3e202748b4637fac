import type { Registry } from 'prom-client';

interface Removable {
  readonly type: string;
  get(): Promise<{ readonly values: readonly { readonly labels: Readonly<Record<string, unknown>> }[] }>;
  remove(labels: Readonly<Record<string, unknown>>): void;
}

/** Takes every series out whose labels hold what is given: what they tell of is no more. `only`: of metrics of that type; absent: of all. */
export async function dropSeries(
  registry: Registry,
  where: Readonly<Record<string, string>>,
  only?: 'gauge',
): Promise<void> {
  const wanted = Object.entries(where);
  for (const metric of registry.getMetricsAsArray() as unknown as Removable[]) {
    if (only !== undefined && metric.type !== only) continue;
    const { values } = await metric.get();
    for (const { labels } of values) {
      if (!wanted.every(([name, value]) => labels[name] === value)) continue;
      // A histogram's buckets are one series to its metric.
      metric.remove(Object.fromEntries(Object.entries(labels).filter(([name]) => name !== 'le')));
    }
  }
}
