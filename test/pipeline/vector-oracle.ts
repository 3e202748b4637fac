import type { ClosedVector } from '../../src/pipeline/effects.ts';
import {
  ABSENT_AFTER_MS,
  caseSpec,
  isUsable,
  LATENESS_MS,
  STEP_MS,
  type Delivered,
  type StreamCase,
} from './stream-case.ts';

type Point = readonly [timeMs: number, value: number];

/** Naive vectors of a case: out of the whole list of samples, without streams, clocks or memory. */
export function oracleVectors(stream: StreamCase): Map<string, ClosedVector[]> {
  const usable = stream.delivered.filter((one) => isUsable(one) && !one.late);
  const watermarkMs = Math.min(
    ...stream.partitions.map((_, partition) =>
      newest(
        stream.delivered.filter((one) => one.partition === partition && one.timeMs <= one.recordMs + 60_000),
      ),
    ),
  );
  const vectors = new Map<string, ClosedVector[]>();
  for (const entity of new Set(usable.map((one) => one.entity))) {
    const own = usable.filter((one) => one.entity === entity);
    const closedMs = Math.max(newest(own) - LATENESS_MS, watermarkMs - ABSENT_AFTER_MS);
    vectors.set(entity, entityVectors(entity, own, closedMs));
  }
  return vectors;
}

function newest(samples: readonly Delivered[]): number {
  return Math.max(-Infinity, ...samples.map((one) => one.timeMs));
}

function entityVectors(entity: string, own: readonly Delivered[], closedMs: number): ClosedVector[] {
  const fresh = [...new Set(own.map((one) => Math.floor(one.timeMs / STEP_MS)))]
    .filter((step) => (step + 1) * STEP_MS <= closedMs)
    .sort((a, b) => a - b);
  const steps: number[] = [];
  fresh.forEach((step, index) => {
    const before = fresh[index - 1];
    if (before !== undefined && step - before <= 3) {
      for (let empty = before + 1; empty < step; empty++) steps.push(empty);
    }
    steps.push(step);
  });
  return steps.map((step) => vectorAt(entity, own, step));
}

function vectorAt(entity: string, own: readonly Delivered[], step: number): ClosedVector {
  const endMs = (step + 1) * STEP_MS;
  let filled = !own.some((one) => Math.floor(one.timeMs / STEP_MS) === step);
  const values = caseSpec.features.map(({ metric, as, aggregate }) => {
    const known = ['a', 'b'].flatMap((series) => {
      const points = pointsOf(own.filter((one) => one.metric === metric && one.series === series));
      const past = points.filter(([timeMs]) => timeMs < endMs);
      const [lastMs, last] = past.at(-1) ?? [-Infinity, NaN];
      if (endMs - lastMs > ABSENT_AFTER_MS) return [];
      const value = as === 'gauge' ? last : rateOf(past);
      if (Number.isNaN(value)) return [];
      if (lastMs < endMs - STEP_MS) filled = true;
      return [value];
    });
    const sum = known.reduce((total, value) => total + value, 0);
    if (known.length === 0) return NaN;
    return aggregate === 'mean' ? sum / known.length : sum;
  });
  return { detector: caseSpec.name, entity, step, values: Float64Array.from(values), filled };
}

/** Of samples with one time the largest. */
function pointsOf(samples: readonly Delivered[]): Point[] {
  const byTime = new Map<number, number>();
  for (const { timeMs, value } of samples)
    byTime.set(timeMs, Math.max(byTime.get(timeMs) ?? -Infinity, value));
  return [...byTime].sort(([a], [b]) => a - b);
}

/** Increase over the newest step that has points, from the point before it, a second. */
function rateOf(past: readonly Point[]): number {
  const newestStep = Math.floor((past.at(-1)?.[0] ?? 0) / STEP_MS);
  const first = past.findIndex(([timeMs]) => Math.floor(timeMs / STEP_MS) === newestStep);
  let run = past.slice(Math.max(0, first - 1));
  const broken = run.findLastIndex(
    ([timeMs], index) => timeMs - (run[index - 1]?.[0] ?? timeMs) > ABSENT_AFTER_MS,
  );
  if (broken > 0) run = run.slice(broken);
  const [start, end] = [run[0]?.[0] ?? 0, run.at(-1)?.[0] ?? 0];
  if (run.length < 2) return NaN;
  let increase = 0;
  run.slice(1).forEach(([, value], index) => {
    const before = run[index]?.[1] ?? NaN;
    increase += value >= before ? value - before : value;
  });
  return (increase / (end - start)) * 1000;
}
