import type { Effects, SourceCounts } from './effects.ts';
import { newestLetters } from './newest-letters.ts';

/** Effects of several calls, in order, as if one call had made them. */
export function joinEffects(parts: readonly Effects[]): Effects {
  return {
    steps: parts.flatMap((part) => part.steps),
    transitions: parts.flatMap((part) => part.transitions),
    notifications: parts.flatMap((part) => part.notifications),
    incidents: parts.flatMap((part) => part.incidents),
    incidentNotifications: parts.flatMap((part) => part.incidentNotifications),
    activations: parts.flatMap((part) => part.activations),
    budgetRefits: parts.flatMap((part) => part.budgetRefits),
    exclusions: parts.flatMap((part) => part.exclusions),
    windows: parts.flatMap((part) => part.windows),
    acceptances: parts.flatMap((part) => part.acceptances),
    deadLetters: newestLetters(parts.flatMap((part) => part.deadLetters)),
    counts: joinCounts(parts.flatMap((part) => part.counts)),
  };
}

function joinCounts(counts: readonly SourceCounts[]): SourceCounts[] {
  const sums = new Map<string, { samples: Record<string, number>; deadLetters: Record<string, number> }>();
  for (const { source, samples, deadLetters } of counts) {
    const sum = sums.get(source) ?? { samples: {}, deadLetters: {} };
    addTo(sum.samples, samples);
    addTo(sum.deadLetters, deadLetters);
    sums.set(source, sum);
  }
  return [...sums].map(([source, sum]) => ({ source, ...sum }));
}

function addTo(sum: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
}
