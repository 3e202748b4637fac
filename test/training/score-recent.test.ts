import { describe, expect, it } from 'vitest';
import { chooseRows } from '../../src/training/choose-rows.ts';
import { scoreHoldOut } from '../../src/training/score-hold-out.ts';
import { scoreRecent } from '../../src/training/score-recent.ts';
import type { ExcludedSpan, TrainingEntity } from '../../src/training/training-input.ts';
import { fakeModel, fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

const DAY_MS = 86_400_000;
const ROWS = 1000;
const base = fakeSpec();
/** 1 000 rows are ten days. */
const spec = fakeSpec({ stepMs: DAY_MS / 100, training: { ...base.training, spanMs: 28 * DAY_MS } });
const rows: TrainingEntity = {
  entity: 'a',
  cohort: 'web',
  segments: [
    { firstStep: 0, count: ROWS, values: Float64Array.from({ length: 2 * ROWS }, (_, i) => (i % 7) / 10) },
  ],
};
const span = (firstStep: number, lastStep: number, reason: string): ExcludedSpan => ({
  entity: 'a',
  firstStep,
  lastStep,
  reason,
});

async function stepsOf(excluded: readonly ExcludedSpan[], isChallenger: boolean) {
  const model = fakeModel();
  const chosen = chooseRows(rows, excluded, spec);
  const holdOut = chosen.rows === 0 ? [] : [await scoreHoldOut(model, chosen, { spec })];
  const [recent] = await scoreRecent(model, [{ rows, chosen }], { spec, excluded, holdOut, isChallenger });
  return { judged: holdOut[0], recent, steps: recent?.steps ?? [] };
}

describe('scoreRecent', () => {
  it('takes the hold-out as it is for a first model', async () => {
    const { judged, recent } = await stepsOf([], false);
    expect(recent).toBe(judged);
    expect(recent?.steps).toEqual(Array.from({ length: 200 }, (_, i) => 800 + i));
  });

  it('keeps alerts that nobody has labelled, and leaves out what was real or planned', async () => {
    const excluded = [span(850, 899, 'alert_in_quarantine'), span(950, 969, 'labelled_real')];
    const { judged, steps } = await stepsOf(excluded, false);
    expect(judged?.steps).not.toContain(870);
    expect(steps).toContain(870);
    expect(steps).not.toContain(960);
    expect(steps[0]).toBe(judged?.steps[0]);
    expect(steps.at(-1)).toBe(999);
  });

  it('scores an entity of which all was in quarantine', async () => {
    const { judged, steps } = await stepsOf([span(0, 999, 'alert_in_quarantine')], false);
    expect(judged).toBeUndefined();
    expect(steps).toHaveLength(200);
  });

  it('goes back five days for a challenger, over what is left out', async () => {
    expect((await stepsOf([], true)).steps).toEqual(Array.from({ length: 500 }, (_, i) => 500 + i));
    const { steps } = await stepsOf([span(900, 949, 'labelled_planned')], true);
    expect([steps[0], steps.length]).toEqual([450, 500]);
  });
});
