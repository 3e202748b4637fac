import { describe, expect, it } from 'vitest';
import { BacktestError } from '../../src/app/backtest-error.ts';
import { runBacktest } from '../../src/app/backtest.ts';
import type { BacktestInput, BacktestResult } from '../../src/app/backtest.ts';
import { backtestDetector } from '../../src/ingest/replay/backtest-detector.ts';
import type { WideRow } from '../../src/ingest/replay/wide-csv.ts';
import { loadedRows } from '../model/fleet-rows.ts';

const STEP_MS = 300_000;
const STEPS = 1000;
const TRAIN_STEPS = 700;
const FAULT = { entity: 'b', startMs: 850 * STEP_MS, endMs: 870 * STEP_MS };
const FEATURES = ['cpu', 'latency', 'load'];

/** Two entities, rows in order of time; `b` has a fault in its second feature. */
function rowsOf(steps = STEPS): WideRow[] {
  const rows = ['a', 'b'].map((_, index) => loadedRows({ count: STEPS, features: 3, seed: index + 1 }));
  return Array.from({ length: steps }, (_, step) =>
    ['a', 'b'].map((entity, index): WideRow => {
      const timeMs = step * STEP_MS;
      const values = (rows[index] ?? new Float64Array(0)).slice(step * 3, step * 3 + 3);
      const isFault = entity === FAULT.entity && timeMs >= FAULT.startMs && timeMs <= FAULT.endMs;
      if (isFault) values[1] = (values[1] ?? 0) + 60;
      return { line: 0, timeMs, timeText: String(timeMs / 1000), entity, values };
    }),
  ).flat();
}

function run(change: Partial<BacktestInput> = {}): Promise<BacktestResult> {
  const base = backtestDetector(FEATURES, STEP_MS);
  const spec = { ...base, model: { ...base.model, type: 'linear' as const, backend: 'wasm' as const } };
  const trainUntilMs = TRAIN_STEPS * STEP_MS;
  return runBacktest({ spec, features: FEATURES, rows: rowsOf(), labels: [FAULT], trainUntilMs, ...change });
}

describe('runBacktest', () => {
  it('finds the fault, its culprit and its span, and scores every later row', async () => {
    const result = await run();
    expect(result).toMatchObject({ entities: 2, steps: 600, match: { events: 1, found: 1 } });
    const found = result.alerts.find(({ entity, endMs }) => entity === 'b' && endMs >= FAULT.startMs);
    expect(found?.alert.contributions[0]?.feature).toBe('latency');
    expect(found?.startMs).toBeGreaterThanOrEqual(FAULT.startMs);
    expect(found?.startMs).toBeLessThan(FAULT.endMs);
    expect(result.vusPr).toBeGreaterThan(0.5);
    expect(result.scores.every(({ timeMs }) => timeMs >= TRAIN_STEPS * STEP_MS)).toBe(true);
    expect(result.scores[0]?.time).toBe(String((TRAIN_STEPS * STEP_MS) / 1000));
  });

  it('scores causally: without the rows that follow, the scores are equal to the bit', async () => {
    const whole = await run();
    const cut = await run({ rows: rowsOf(860) });
    expect(cut.scores).toHaveLength(320);
    const known = new Map(whole.scores.map((score) => [`${score.entity} ${score.time}`, score]));
    for (const score of cut.scores) expect(score).toEqual(known.get(`${score.entity} ${score.time}`));
  });

  it('learns from rows before the given time alone: what comes later does not change the model', async () => {
    const changed = rowsOf().map((row) =>
      row.timeMs < TRAIN_STEPS * STEP_MS ? row : { ...row, values: row.values.map((value) => 3 * value) },
    );
    const [before, after] = [await run(), await run({ rows: changed })];
    expect(after.card.version).toBe(before.card.version);
    expect(before.card.data.toMs).toBeLessThanOrEqual(TRAIN_STEPS * STEP_MS);
    const earlier = await run({ trainUntilMs: TRAIN_STEPS * STEP_MS - 1 });
    expect(earlier.card.version).toBe(before.card.version);
    expect((await run({ trainUntilMs: (TRAIN_STEPS - 5) * STEP_MS })).card.version).not.toBe(
      before.card.version,
    );
  });

  it('does without labels', async () => {
    const result = await run({ labels: null });
    expect(result.vusPr).toBeNull();
    expect(result.match).toMatchObject({ events: 0, found: 0 });
    expect(result.alerts.length).toBeGreaterThan(0);
  });

  it('counts only labels that lie in the rows that count', async () => {
    const labels = [FAULT, { entity: 'a', startMs: 0, endMs: 5 * STEP_MS }];
    expect((await run({ labels })).match.events).toBe(1);
  });

  it('says what to change if there is too little to learn from, or nothing to score', async () => {
    await expect(run({ trainUntilMs: 100 * STEP_MS })).rejects.toThrow(BacktestError);
    await expect(run({ trainUntilMs: 100 * STEP_MS })).rejects.toThrow(/Not enough history/);
    await expect(run({ trainUntilMs: 2 * STEPS * STEP_MS })).rejects.toThrow(/choose an earlier time/);
    await expect(run({ rows: [] })).rejects.toThrow(BacktestError);
  });

  it('trains again by the schedule in the file’s own time if asked to, each with what was known by then', async () => {
    const base = backtestDetector(FEATURES, STEP_MS);
    const model = { ...base.model, type: 'linear' as const, backend: 'wasm' as const };
    // Daily at noon: the file's last day and a half has the first hours of a third day.
    const spec = { ...base, model, training: { ...base.training, schedule: '0 12 * * *' } };
    const once = await run({ spec });
    expect(once.trainings).toMatchObject([{ atMs: TRAIN_STEPS * STEP_MS, outcome: 'promoted' }]);
    const result = await run({ spec, retrain: true });
    const noon = Math.ceil((TRAIN_STEPS * STEP_MS - 43_200_000) / 86_400_000) * 86_400_000 + 43_200_000;
    expect(result.trainings.map(({ atMs }) => atMs)).toEqual([TRAIN_STEPS * STEP_MS, noon]);
    expect(result.scores.slice(0, 40)).toEqual(once.scores.slice(0, 40));
    expect(result.scores.some((score, at) => score.raw !== once.scores[at]?.raw)).toBe(
      result.trainings[1]?.outcome === 'promoted',
    );
    expect(result.match.found).toBe(1);
  });
});
