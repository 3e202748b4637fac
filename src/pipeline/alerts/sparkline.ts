const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Values as a row of bars from their least to their largest, a space where one is missing; a level line if all are equal. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  return values
    .map((value) => {
      if (value === null) return ' ';
      if (high === low) return bars[3];
      return bars[Math.round(((value - low) / (high - low)) * (bars.length - 1))] ?? bars[0];
    })
    .join('');
}
