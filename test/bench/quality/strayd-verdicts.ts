import { runBacktest } from '../../../src/app/backtest.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import { toWideRows } from './labelled-entity.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import type { Verdict } from './quality.ts';

/**
 * strayd's own verdicts, one an entity in the same order: one backtest of the whole set without a config, as of one file.
 * Steps that it did not score count as its lowest score.
 */
export async function straydVerdicts(entities: readonly LabelledEntity[], seed: number): Promise<Verdict[]> {
  const [first] = entities;
  if (first === undefined) return [];
  const { features, stepMs } = first;
  const spec = backtestDetector(features, stepMs);
  const result = await runBacktest({
    spec: { ...spec, model: { ...spec.model, seed } },
    features,
    rows: entities.flatMap(toWideRows),
    labels: null,
    trainUntilMs: first.startMs + first.trainRows * stepMs,
  });
  return entities.map(({ entity, startMs, trainRows, labels }) => {
    const own = result.scores.filter((score) => score.entity === entity);
    const least = own.reduce((low, { raw }) => Math.min(low, raw), Infinity);
    const scores = new Float64Array(labels.length - trainRows).fill(least);
    for (const { timeMs, raw } of own) scores[Math.round((timeMs - startMs) / stepMs) - trainRows] = raw;
    return { scores, alerts: result.alerts.filter((alert) => alert.entity === entity) };
  });
}
