import type { Quality } from './quality.ts';

/** One column of the table. */
export interface Figure {
  /** In JSON. */
  readonly name: string;
  readonly unit: string;
  readonly of: (quality: Quality) => number | null;
  readonly title: string;
  readonly text: (quality: Quality) => string;
}

/** What is told of a detector on a set. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'vus_pr',
    unit: '1',
    of: ({ vusPr }) => vusPr,
    title: 'VUS-PR',
    text: ({ vusPr }) => vusPr?.toFixed(3) ?? '–',
  },
  {
    name: 'events_found',
    unit: '1',
    of: ({ found, events }) => found / events,
    title: 'found',
    text: ({ found, events }) => `${found}/${events}`,
  },
  {
    name: 'false_alerts',
    unit: '1/week',
    of: ({ falseAlertsPerWeek }) => falseAlertsPerWeek,
    title: 'false/week',
    text: ({ falseAlertsPerWeek }) => falseAlertsPerWeek?.toFixed(2) ?? '–',
  },
  {
    name: 'budget_ratio',
    unit: '1',
    of: ({ budgetRatio }) => budgetRatio,
    title: '÷ asked',
    text: ({ budgetRatio }) => budgetRatio?.toFixed(2) ?? '–',
  },
  {
    name: 'median_delay',
    unit: 's',
    of: ({ medianDelayMs }) => (medianDelayMs === null ? null : medianDelayMs / 1000),
    title: 'delay',
    text: ({ medianDelayMs }) =>
      medianDelayMs === null ? '–' : `${Number((medianDelayMs / 60_000).toFixed(1))} min`,
  },
];

/** A figure's mean and standard deviation over seeds. */
export function spread(
  figure: Figure,
  qualities: readonly Quality[],
): { mean: number | null; sd: number | null } {
  const values = qualities.flatMap((quality) => figure.of(quality) ?? []);
  if (values.length === 0) return { mean: null, sd: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sum = values.reduce((squares, value) => squares + (value - mean) ** 2, 0);
  return { mean, sd: values.length < 2 ? null : Math.sqrt(sum / (values.length - 1)) };
}
