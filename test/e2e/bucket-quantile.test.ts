import { expect, it } from 'vitest';
import { bucketQuantile } from '../../src/core/bucket-quantile.ts';
import { createRandom } from '../../src/core/random.ts';
import { prometheusBinary, startPrometheus } from '../support/prometheus.ts';

/** Buckets of all sorts: few and many, without +Inf, at and below zero, not monotone, empty ones, none observed. */
function anyBuckets(seed: number): (readonly [le: string, count: number])[] {
  const random = createRandom(seed);
  const size = 1 + random.integer(9);
  const bounds = new Set(
    Array.from(
      { length: size },
      () => [random.normal(), 10 * random.next(), 0, 0.25][random.integer(4)] ?? 0,
    ),
  );
  const isEmpty = random.next() < 0.05;
  let count = 0;
  const buckets = [...bounds]
    .sort((a, b) => a - b)
    .map((bound) => {
      if (random.next() < 0.7) count += random.next() < 0.5 ? random.integer(40) : 10 * random.next();
      const seen = random.next() < 0.1 ? count * random.next() : count;
      return [String(bound), isEmpty ? 0 : seen] as const;
    });
  if (random.next() < 0.1) return buckets;
  return [...buckets, ['+Inf', isEmpty ? 0 : count + random.integer(5)]];
}

it.skipIf(prometheusBinary.path === null)(
  `the quantile of buckets is what a real Prometheus says of 600 random histograms${prometheusBinary.note}`,
  async () => {
    const cases = Array.from({ length: 600 }, (_, index) => anyBuckets(index + 1));
    const atSeconds = 1_790_000_000;
    const lines = cases.flatMap((buckets, index) =>
      buckets.map(([le, count]) => `shape_bucket{of="${index}",le="${le}"} ${count} ${atSeconds}\n`),
    );
    const history = `# TYPE shape_bucket gauge\n${lines.join('')}# EOF\n`;
    const prometheus = await startPrometheus({ targets: [], history });
    let values = 0;
    try {
      for (const q of [0, 0.123, 0.5, 0.9, 0.9876, 0.99, 1]) {
        const query = `histogram_quantile(${q}, shape_bucket)`;
        const body = new URLSearchParams({ query, time: String(atSeconds) });
        const response = await fetch(`${prometheus.url}/api/v1/query`, { method: 'POST', body });
        const { data } = (await response.json()) as {
          data: { result: { metric: { of: string }; value: [number, string] }[] };
        };
        expect(data.result).toHaveLength(cases.length);
        for (const { metric, value } of data.result) {
          const theirs = Number(value[1]);
          const buckets = cases[Number(metric.of)] ?? [];
          const ours = bucketQuantile(q, {
            bounds: buckets.map(([le]) => (le === '+Inf' ? Infinity : Number(le))),
            counts: buckets.map(([, count]) => count),
          });
          if (Number.isNaN(theirs)) expect(ours, `${q} of ${metric.of}`).toBeNaN();
          else
            expect(Math.abs(ours - theirs), `${q} of ${metric.of}: ${ours}, not ${theirs}`).toBeLessThan(
              1e-11,
            );
          if (Number.isFinite(theirs)) values += 1;
        }
      }
    } finally {
      await prometheus.stop();
    }
    expect(values).toBeGreaterThan(3000);
  },
  60_000,
);
