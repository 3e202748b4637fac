import type { ScoreTail } from '../../core/score-tail.ts';
import type { NumberReader } from './number-bytes.ts';

/** A tail, or the lack of one, as numbers that `readTail` brings back to the bit. */
export function tailNumbers(tail: ScoreTail | null): number[] {
  if (tail === null) return [0];
  const { rows, clusters, median, level, lnRateAtLevel, pareto, mean, sd, keptQuantile, flat } = tail;
  const shape = pareto === null ? [0] : [1, pareto.shape, pareto.scale];
  return [1, rows, clusters, median, level, lnRateAtLevel, ...shape, mean, sd, keptQuantile, flat ? 1 : 0];
}

/** Reads what `tailNumbers` wrote. */
export function readTail(reader: NumberReader): ScoreTail | null {
  if (reader.next() === 0) return null;
  return {
    rows: reader.next(),
    clusters: reader.next(),
    median: reader.next(),
    level: reader.next(),
    lnRateAtLevel: reader.next(),
    pareto: reader.next() === 0 ? null : { shape: reader.next(), scale: reader.next() },
    mean: reader.next(),
    sd: reader.next(),
    keptQuantile: reader.next(),
    flat: reader.next() === 1,
  };
}
