import { openWideCsv } from '../../../src/ingest/replay/wide-csv.ts';
import type { WideRow } from '../../../src/ingest/replay/wide-csv.ts';
import { readLabelsCsv } from '../../../src/ingest/replay/labels-csv.ts';
import { medianStepMs } from '../../../src/ingest/replay/backtest-detector.ts';
import type { LabelledEntity } from './labelled-entity.ts';

/** Reads `wide.csv` and `labels.csv` whose entities have a row at each step; the labelled part begins at `trainUntilMs`. */
export async function loadWide(
  wide: string,
  labels: string,
  trainUntilMs: number,
): Promise<LabelledEntity[]> {
  const { features, rows } = await openWideCsv(wide);
  const byEntity = new Map<string, WideRow[]>();
  for await (const row of rows) {
    const list = byEntity.get(row.entity) ?? [];
    list.push(row);
    byEntity.set(row.entity, list);
  }
  const events = await readLabelsCsv(labels);
  return [...byEntity].map(([entity, own]) => {
    const inside = ({ timeMs }: WideRow): boolean =>
      events.some((event) => event.entity === entity && event.startMs <= timeMs && timeMs <= event.endMs);
    return {
      entity,
      group: '',
      features,
      startMs: own[0]?.timeMs ?? 0,
      stepMs: medianStepMs(own),
      trainRows: own.filter((row) => row.timeMs < trainUntilMs).length,
      values: Float64Array.from(own.flatMap((row) => [...row.values])),
      labels: Uint8Array.from(own, (row) => (inside(row) ? 1 : 0)),
    };
  });
}
