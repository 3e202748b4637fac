import { createRandom } from '../../../src/core/random.ts';
import type { Sample } from '../../../src/core/sample.ts';
import type { TestRecord } from '../../support/kafka.ts';

/** Some hosts that report like node_exporter. */
export interface HostPlan {
  readonly hosts: readonly string[];
  readonly fromMs: number;
  readonly stepMs: number;
  readonly steps: number;
  /** Of the entity label; default: instance. */
  readonly label?: string;
  /** Fault of a host: its free memory is cut down to a third from a time on, ms. */
  readonly leak?: { readonly host: string; readonly fromMs: number };
}

/** All samples of the hosts, in order of time: counters, levels, constants, a copy, a clock, and an info metric. */
export function hostSamples(plan: HostPlan): Sample[] {
  const { hosts, fromMs, stepMs, steps, label = 'instance' } = plan;
  const random = createRandom(5);
  const counters = new Map<string, number>();
  const samples: Sample[] = [];
  for (let step = 0; step < steps; step++) {
    for (const [index, host] of hosts.entries()) {
      const timeMs = fromMs + step * stepMs + index * 137;
      const labels = { [label]: host, job: 'node' };
      const daily = 1 + 0.4 * Math.sin((2 * Math.PI * (fromMs + step * stepMs)) / 86_400_000);
      const load = 2 * daily + 0.2 * random.normal();
      const isLeaking = plan.leak?.host === host && timeMs >= plan.leak.fromMs;
      const add = (metric: string, value: number, more: Record<string, string> = {}): void =>
        void samples.push({ metric, labels: { ...labels, ...more }, timeMs, value });
      const count = (metric: string, by: number, more: Record<string, string> = {}): void => {
        const key = `${metric}${host}${JSON.stringify(more)}`;
        counters.set(key, (counters.get(key) ?? 1000) + Math.max(0, by));
        add(metric, counters.get(key) ?? 0, more);
      };
      const seconds = stepMs / 1000;
      for (const cpu of ['0', '1']) {
        count('node_cpu_seconds_total', seconds * (0.2 * load + 0.02 * random.normal()), {
          cpu,
          mode: 'user',
        });
        count('node_cpu_seconds_total', seconds * (0.05 * load + 0.01 * random.normal()), {
          cpu,
          mode: 'system',
        });
      }
      count('node_network_receive_bytes_total', seconds * 1e5 * (daily + 0.1 * random.normal()), {
        device: 'eth0',
      });
      add('node_load1', load);
      add('node_load1_copy', 2 * load + 1);
      add('node_memory_MemAvailable_bytes', (8e9 - 1e9 * load + 1e8 * random.normal()) / (isLeaking ? 3 : 1));
      add('node_memory_MemTotal_bytes', 16e9);
      add('node_time_seconds', timeMs / 1000);
      add('node_uname_info', 1, { release: '6.1' });
      add('node_filesystem_free_ratio', 0.5 + 0.01 * random.normal());
    }
  }
  return samples;
}

/** One record a sample, as prometheus-kafka-adapter writes it, spread over `partitions`. */
export function prometheusRecords(samples: readonly Sample[], partitions: number): TestRecord[] {
  return samples.map(({ metric, labels, timeMs, value }, index) => ({
    partition: index % partitions,
    timeMs,
    value: JSON.stringify({
      name: metric,
      timestamp: new Date(timeMs).toISOString(),
      value: String(value),
      labels,
    }),
  }));
}

/** The same as one JSON object a host and step, of a shape of its own. */
export function customRecords(samples: readonly Sample[]): TestRecord[] {
  const rows = new Map<string, { timeMs: number; host: string; values: Record<string, number> }>();
  for (const { metric, labels, timeMs, value } of samples) {
    const host = labels['instance'] ?? '';
    const row = rows.get(`${host}${timeMs}`) ?? { timeMs, host, values: {} };
    row.values[metric] = value;
    rows.set(`${host}${timeMs}`, row);
  }
  return [...rows.values()].map(({ timeMs, host, values }) => ({
    partition: 0,
    timeMs,
    value: JSON.stringify({ ts: timeMs, source: { hostname: host, zone: 'a' }, readings: values }),
  }));
}
