import { runBacktest } from '../../../src/app/backtest.ts';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import type { EntitySpan } from '../../../src/core/evaluation/match-events.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import type { StepRecord } from '../../../src/pipeline/effects.ts';
import { eventLabels, labelledFromMs, toWideRows } from '../quality/labelled-entity.ts';
import type { LabelledEntity } from '../quality/labelled-entity.ts';

/** One detector's labelled part, scored. */
export interface ScoredGroup {
  readonly spec: DetectorSpec;
  /** By entity, in order of steps. */
  readonly steps: ReadonlyMap<string, readonly StepRecord[]>;
  readonly events: readonly EntitySpan[];
  /** Length of the labelled part, ms. */
  readonly watchedMs: number;
}

/** Backtests each group of a set once, without a config; what comes after the scores can then be tried on them. */
export async function scoredGroups(entities: readonly LabelledEntity[]): Promise<ScoredGroup[]> {
  const groups: ScoredGroup[] = [];
  for (const name of new Set(entities.map(({ group }) => group))) {
    const members = entities.filter(({ group }) => group === name);
    const [first] = members;
    if (first !== undefined) groups.push(await scoredGroup(first, members));
  }
  return groups;
}

async function scoredGroup(first: LabelledEntity, members: readonly LabelledEntity[]): Promise<ScoredGroup> {
  const { features, stepMs, trainRows } = first;
  const usual = backtestDetector(features, stepMs);
  // The shortest histories, half a month of hours, are less than a detector waits for by itself.
  const minSteps = Math.min(usual.training.minSteps, trainRows >> 1);
  const spec = { ...usual, training: { ...usual.training, minSteps } };
  const steps = new Map<string, StepRecord[]>();
  await runBacktest({
    spec,
    features,
    rows: members.flatMap(toWideRows),
    labels: null,
    trainUntilMs: labelledFromMs(first),
    onEffects: (effects) => {
      for (const record of effects.steps) {
        const own = steps.get(record.vector.entity);
        if (own === undefined) steps.set(record.vector.entity, [record]);
        else own.push(record);
      }
    },
  });
  const watched = members.map(({ labels }) => (labels.length - trainRows) * stepMs);
  return { spec, steps, events: members.flatMap(eventLabels), watchedMs: Math.max(...watched) };
}
