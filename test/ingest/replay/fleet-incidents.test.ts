import { describe, expect, it } from 'vitest';
import { STEPS_PER_DAY } from '../../../src/ingest/replay/fleet-signals.ts';
import { simulateFleet } from '../../../src/ingest/replay/simulated-fleet.ts';
import { fleetVectors } from './fleet-vectors.ts';

const seeds = [1, 2, 3, 4, 5];

/** Latency, requests and the span of a seed's lost correlation. */
function lostCorrelation(seed: number) {
  const fleet = simulateFleet({ seed, hosts: 4 });
  const vectors = fleetVectors(fleet);
  const incident = fleet.incidents.find(({ kind }) => kind === 'lost correlation');
  if (incident === undefined) throw new Error('no lost correlation was scheduled');
  const column = (feature: string): Float64Array =>
    vectors.get(`${incident.instance} ${feature}`) ?? new Float64Array();
  const historySteps = fleet.options.historyDays * STEPS_PER_DAY;
  const span = { first: incident.firstStep, last: incident.lastStep, historySteps };
  return { latency: column('latency'), requests: column('requests'), ...span };
}

describe('a lost correlation', () => {
  it.each(seeds)(
    'shows no latency that history has not shown, nor one unusual for its hour (seed %i)',
    (seed) => {
      const { latency, first, last, historySteps } = lostCorrelation(seed);
      const history = latency.subarray(0, historySteps).filter((value) => !Number.isNaN(value));
      const [low, high] = [Math.min(...history), Math.max(...history)];
      let unusual = 0;
      for (let step = first; step <= last; step++) {
        const value = latency[step] ?? Number.NaN;
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
        const sameHour = usualForTheHour(latency.subarray(0, historySteps), step);
        const rank = sameHour.filter((other) => other <= value).length / sameHour.length;
        if (rank < 0.01 || rank > 0.99) unusual++;
      }
      expect(unusual).toBeLessThanOrEqual(4);
    },
  );

  it.each(seeds)('breaks the relation between requests and latency beyond doubt (seed %i)', (seed) => {
    const { latency, requests, first, last, historySteps } = lostCorrelation(seed);
    const { slope, intercept, residualSd } = line(
      requests.subarray(0, historySteps),
      latency.subarray(0, historySteps),
    );
    let sum = 0;
    for (let step = first; step <= last; step++) {
      sum += Math.abs((latency[step] ?? 0) - slope * (requests[step] ?? 0) - intercept);
    }
    expect(sum / (last - first + 1)).toBeGreaterThan(5 * residualSd);
  });
});

function usualForTheHour(history: Float64Array, step: number): number[] {
  const values: number[] = [];
  for (let same = step % STEPS_PER_DAY; same < history.length; same += STEPS_PER_DAY) {
    values.push(
      ...history.subarray(Math.max(0, same - 90), same + 91).filter((value) => !Number.isNaN(value)),
    );
  }
  return values;
}

/** Least squares, over steps where both are known. */
function line(x: Float64Array, y: Float64Array): { slope: number; intercept: number; residualSd: number } {
  const pairs = [...x].map((value, index) => [value, y[index] ?? Number.NaN] as const);
  const known = pairs.filter(([a, b]) => !Number.isNaN(a) && !Number.isNaN(b));
  const mean = (of: (pair: readonly [number, number]) => number): number =>
    known.reduce((sum, pair) => sum + of(pair), 0) / known.length;
  const [meanX, meanY] = [mean(([a]) => a), mean(([, b]) => b)];
  const slope = mean(([a, b]) => (a - meanX) * (b - meanY)) / mean(([a]) => (a - meanX) ** 2);
  const intercept = meanY - slope * meanX;
  return { slope, intercept, residualSd: Math.sqrt(mean(([a, b]) => (b - slope * a - intercept) ** 2)) };
}
