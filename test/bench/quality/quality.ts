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
  /** Mean over entities with a label; `null` if none has one. */
  readonly vusPr: number | null;
  readonly events: number;
  readonly found: number;
  readonly falseAlertsPerWeek: number | null;
  /** False alerts had ÷ asked for. */
  readonly budgetRatio: number | null;
  readonly medianDelayMs: number | null;
}

/** A plain detector's verdict on an entity. */
export async function baselineVerdict(
  entity: LabelledEntity,
  baseline: Baseline,
  seed: number,
): Promise<Verdict> {
  const scores = await baseline(scaleRows(entity), seed);
  return { scores: scores.subarray(entity.trainRows), alerts: baselineAlerts(entity, scores) };
}

/** Holds verdicts, one an entity in the same order, against the labels; VUS-PR is the mean over entities. */
export function judge(entities: readonly LabelledEntity[], verdicts: readonly Verdict[]): Quality {
  const areas = entities.flatMap((entity, index) => {
    const labels = entity.labels.subarray(entity.trainRows);
    if (!labels.includes(1)) return [];
    return vusPr(labels, verdicts[index]?.scores ?? [], findLengthRank(firstFeature(entity)));
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
  const vusPrSum = areas.reduce((sum, area) => sum + area, 0);
  return { ...matched, vusPr: areas.length === 0 ? null : vusPrSum / areas.length };
}

/** The labelled part's first feature, from which published figures take VUS-PR's window; a missing value repeats the last. */
function firstFeature({ labels, trainRows, values, features }: LabelledEntity): Float64Array {
  let last = 0;
  return Float64Array.from({ length: labels.length - trainRows }, (_, row) => {
    const value = values[(trainRows + row) * features.length] ?? Number.NaN;
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
