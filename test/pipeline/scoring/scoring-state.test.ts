import { describe, expect, it } from 'vitest';
import type { CalibrationRow } from '../../../src/pipeline/checkpoint.ts';
import { initialCalibrations } from '../../../src/pipeline/scoring/initial-calibrations.ts';
import { levelReached } from '../../../src/pipeline/scoring/margin-levels.ts';
import { packNumbers } from '../../../src/pipeline/scoring/number-bytes.ts';
import { packScoring, unpackScoring } from '../../../src/pipeline/scoring/scoring-bytes.ts';
import {
  calibrationRow,
  newScoringState,
  restoreScoringState,
  type ScoringContext,
} from '../../../src/pipeline/scoring/scoring-state.ts';
import { fakeModel, fakeSpec } from './fake-scoring-model.ts';

const raw = Array.from({ length: 600 }, (_, i) => Math.sin(i) ** 2);
const context: ScoringContext = {
  spec: fakeSpec(),
  model: fakeModel(),
  calibrations: initialCalibrations([{ entity: 'a', cohort: 'web', steps: raw.map((_, i) => i), raw }], {
    stepMs: 300_000,
    timezone: 'UTC',
  }),
  nextRefitMs: (afterMs) => afterMs + 1,
  excluded: () => [],
  budgetAt: () => ({ offset: 0, lnRate: -7 }),
};

/** A row whose numbers begin otherwise: with another format, and what that kept of would-be alerts. */
function rowOf(numbers: readonly number[]): CalibrationRow {
  const row = calibrationRow(newScoringState(context, 'a', 'web'));
  const { calibration, guards } = unpackScoring(row.bytes);
  const now = 1 + newScoringState(context, 'a', 'web').nearAlerts.toNumbers().length;
  const bytes = Buffer.concat([packNumbers(numbers), calibration.subarray(8 * now)]);
  return { ...row, bytes: packScoring({ calibration: bytes, guards }) };
}

describe('a calibration row', () => {
  it('of the format before brings its tail back; its would-be alerts, whose times it does not know, begin anew', () => {
    // One step within reach, an alert of margin 1.5 that was counted with 1.2, and two days with three alerts.
    const old = [3, 2, 70, 1.5, 1, 1.5, 1.2, 70, 2, 100, 288, 2, 0.53125, 3, 200, 12, 0];
    const restored = restoreScoringState(context, 'a', 'web', rowOf(old), []);
    const fresh = newScoringState(context, 'a', 'web');
    expect(restored.calibration.toBytes()).toEqual(fresh.calibration.toBytes());

    const near = restored.nearAlerts;
    const step = { leaveGap: 0.5, alertable: true, untilMs: 200 };
    near.add({ ...step, step: 71, margin: 1.8 });
    near.add({ ...step, step: 90, margin: 0.5 });
    expect(near.take(100)).toMatchObject([{ untilMs: 100, rows: 0, firings: [] }]);
    // The alert goes on as one that people know of; what was counted of the day so far is not asked for either.
    expect(near.take(200)).toMatchObject([
      {
        rows: 2,
        firings: [
          { step: 71, from: levelReached(1.5) + 1, to: levelReached(1.8), lastStep: 71 },
          { step: 90, from: 0, to: levelReached(0.5), lastStep: 90 },
        ],
      },
    ]);
    const row = calibrationRow(restored);
    expect(calibrationRow(restoreScoringState(context, 'a', 'web', row, [])).bytes).toEqual(row.bytes);
  });

  it('of another format is refused by name', () => {
    expect(() => restoreScoringState(context, 'a', 'web', rowOf([99, 0, 0, 0]), [])).toThrow(
      'The calibration of hosts / a has format 99, this version reads 4',
    );
  });
});
