import { findLengthRank } from '../../../src/core/evaluation/find-length-rank.ts';
import { matchEvents } from '../../../src/core/evaluation/match-events.ts';
import type { EntitySpan } from '../../../src/core/evaluation/match-events.ts';
import { vusPr } from '../../../src/core/evaluation/vus-pr.ts';
import { baselineAlerts } from './baseline-alerts.ts';
import type { Baseline } from './baselines.ts';
import { eventLabels } from './labelled-entity.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import { scaleRows } from './scaled-rows.ts';

const BUDGET = { count: 1, perMs: 7 * 86_400_000, scope: 'entity' } as const;

/** What a detector says of an entity: one raw score a row of the labelled part, and its alerts there. */
export interface Verdict {
  readonly scores: Float64Array;
  readonly alerts: readonly EntitySpan[];
}

/** What a detector achieved on a set. */
export interface Quality {
  readonly vusPr: number;
  readonly events: number;
  readonly found: number;
  readonly falseAlertsPerWeek: number | null;
  readonly medianDelayMs: number | null;
}

/** A plain detector's verdict on an entity. */
export function baselineVerdict(entity: LabelledEntity, baseline: Baseline, seed: number): Verdict {
  const scores = baseline(scaleRows(entity), seed);
  return { scores: scores.subarray(entity.trainRows), alerts: baselineAlerts(entity, scores) };
}

/** Holds verdicts, one an entity in the same order, against the labels; VUS-PR is the mean over entities. */
export function judge(entities: readonly LabelledEntity[], verdicts: readonly Verdict[]): Quality {
  const areas = entities.map((entity, index) => {
    const width = entity.features.length;
    const labels = entity.labels.subarray(entity.trainRows);
    // The window is taken from the first feature of the labelled part, as published figures do.
    const first = Float64Array.from(labels, (_, row) => entity.values[(entity.trainRows + row) * width] ?? 0);
    return vusPr(labels, verdicts[index]?.scores ?? [], findLengthRank(first));
  });
  const watchedMs = entities.reduce(
    (sum, { labels, trainRows, stepMs }) => sum + (labels.length - trainRows) * stepMs,
    0,
  );
  const matched = matchEvents({
    events: entities.flatMap(eventLabels),
    alerts: verdicts.flatMap((verdict) => verdict.alerts),
    entities: entities.length,
    watchedMs,
    budget: BUDGET,
  });
  return { ...matched, vusPr: areas.reduce((sum, area) => sum + area, 0) / areas.length };
}
