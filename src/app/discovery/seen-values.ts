import type { SeenSeries } from './series-census.ts';

/** A series' values as they are, as (time ms, value). */
export function levelsOf({ times, values }: SeenSeries): [number, number][] {
  return times.map((timeMs, index) => [timeMs, values[index] ?? NaN]);
}

/** A counter's rates per second; none over the gap between two stretches, and none where the counter was reset. */
export function ratesOf({ times, values, stretches }: SeenSeries): [number, number][] {
  const rates: [number, number][] = [];
  for (let index = 1; index < times.length; index++) {
    const grown = (values[index] ?? 0) - (values[index - 1] ?? 0);
    const seconds = ((times[index] ?? 0) - (times[index - 1] ?? 0)) / 1000;
    if (stretches[index] === stretches[index - 1] && grown >= 0)
      rates.push([times[index] ?? 0, grown / seconds]);
  }
  return rates;
}
