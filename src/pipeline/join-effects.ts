import type { Effects, SourceCounts } from './effects.ts';

/** Effects of several calls, in order, as if one call had made them. */
export function joinEffects(parts: readonly Effects[]): Effects {
  return {
    steps: parts.flatMap((part) => part.steps),
    transitions: parts.flatMap((part) => part.transitions),
    notifications: parts.flatMap((part) => part.notifications),
    activations: parts.flatMap((part) => part.activations),
    deadLetters: parts.flatMap((part) => part.deadLetters),
    counts: joinCounts(parts.flatMap((part) => part.counts)),
  };
}

function joinCounts(counts: readonly SourceCounts[]): SourceCounts[] {
  const sums = new Map<string, Record<string, number>>();
  for (const { source, samples } of counts) {
    const sum = sums.get(source) ?? {};
    for (const [result, count] of Object.entries(samples)) sum[result] = (sum[result] ?? 0) + count;
    sums.set(source, sum);
  }
  return [...sums].map(([source, samples]) => ({ source, samples }));
}
