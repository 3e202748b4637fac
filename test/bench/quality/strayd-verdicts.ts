import { runBacktest } from '../../../src/app/backtest.ts';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import type { ScoringModel } from '../../../src/model/scoring-model.ts';
import { labelledFromMs, toWideRows } from './labelled-entity.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import type { Verdict } from './quality.ts';

/** What is other than by default, e.g. to leave a part out. */
export interface Alterations {
  readonly spec?: (spec: DetectorSpec) => DetectorSpec;
  readonly model?: (model: ScoringModel) => ScoringModel;
}

/**
 * strayd's own verdicts, one an entity in the same order: a backtest of each group without a config, as of one file.
 * Steps that it did not score count as its lowest score.
 */
export async function straydVerdicts(
  entities: readonly LabelledEntity[],
  seed: number,
  altered: Alterations = {},
): Promise<Verdict[]> {
  const verdicts = new Map<LabelledEntity, Verdict>();
  for (const group of new Set(entities.map((entity) => entity.group))) {
    const members = entities.filter((entity) => entity.group === group);
    const [first] = members;
    if (first === undefined) continue;
    const { features, stepMs } = first;
    const usual = backtestDetector(features, stepMs);
    const spec = altered.spec?.(usual) ?? usual;
    // The shortest histories, half a month of hours, are less than a detector waits for by itself.
    const minSteps = Math.min(spec.training.minSteps, first.trainRows >> 1);
    const result = await runBacktest({
      spec: { ...spec, training: { ...spec.training, minSteps }, model: { ...spec.model, seed } },
      features,
      rows: members.flatMap(toWideRows),
      labels: null,
      trainUntilMs: labelledFromMs(first),
      ...(altered.model === undefined ? {} : { alterModel: altered.model }),
    });
    for (const member of members) {
      const { entity, startMs, trainRows, labels } = member;
      const own = result.scores.filter((score) => score.entity === entity);
      const least = own.reduce((low, { raw }) => Math.min(low, raw), Infinity);
      const scores = new Float64Array(labels.length - trainRows).fill(own.length > 0 ? least : 0);
      for (const { timeMs, raw } of own) scores[Math.round((timeMs - startMs) / stepMs) - trainRows] = raw;
      verdicts.set(member, { scores, alerts: result.alerts.filter((alert) => alert.entity === entity) });
    }
  }
  return entities.map((entity) => verdicts.get(entity) ?? { scores: new Float64Array(), alerts: [] });
}
