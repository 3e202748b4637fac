import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { holdOutAlerts } from '../../src/training/hold-out-alerts.ts';
import { judgeAlerts } from '../../src/training/judge-alerts.ts';
import { ResidualBlocks } from '../../src/training/residual-blocks.ts';
import type { HoldOutResult } from '../../src/training/score-hold-out.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';
import { noGuards } from './no-guards.ts';

const spec = fakeSpec();
const culprit = { feature: 'busy', unit: '', ratio: 1, seen: 2, expected: 1, range: null };

/** Ten days of 5-minute scores; in the newer half a peak of `height` every `every` rows. */
function result({ every = 0, height = 12, unusual = true } = {}): HoldOutResult {
  const random = createRandom(3);
  const steps = Array.from({ length: 2880 }, (_, i) => i);
  const isPeak = (i: number): boolean => every > 0 && i > 1440 && i % every === 0;
  return {
    entity: 'a',
    cohort: '',
    steps,
    raw: steps.map((i) => 0.3 * random.normal() + (isPeak(i) ? height : 0)),
    culprits: steps.map((i) => (unusual || isPeak(i) ? culprit : null)),
    residuals: new ResidualBlocks(Float64Array.of(1)),
    guards: noGuards(1),
  };
}

describe('holdOutAlerts', () => {
  it('counts what the newer half would have raised, and what the budget has for it', () => {
    const calm = holdOutAlerts([result()], spec);
    expect(calm?.budgeted).toBeCloseTo(5 / 7, 6);
    expect(calm?.raised).toBeLessThanOrEqual(2);
    expect(holdOutAlerts([result({ every: 100 })], spec)?.raised).toBeGreaterThan(5);
  });

  it('goes through the gates: a row that is not unusual by itself raises nothing', () => {
    const quiet = { ...result({ every: 100 }), culprits: new Array<null>(2880).fill(null) };
    expect(holdOutAlerts([quiet], spec)?.raised).toBe(0);
    const down = { ...spec, alert: { ...spec.alert, direction: 'down' as const } };
    expect(holdOutAlerts([result({ every: 100 })], down)?.raised).toBe(0);
  });

  it('has nothing to say of a hold-out that can’t be halved', () => {
    expect(holdOutAlerts([{ ...result(), raw: [1], steps: [1], culprits: [null] }], spec)).toBeNull();
    expect(holdOutAlerts([], spec)).toBeNull();
  });
});

describe('judgeAlerts', () => {
  const raised = (count: number) => ({ raised: count, budgeted: 1 });

  it('lets pass what twice the budget gives now and then, and no more', () => {
    expect(judgeAlerts(raised(6), raised(0))).toMatchObject({ name: 'alerts', passed: true });
    const verdict = judgeAlerts(raised(7), raised(0));
    expect(verdict.passed).toBe(false);
    expect(verdict.detail).toBe(
      'It would have raised 7 alerts on the newest rows, more than the 6 that pass (the model in use: 0, the budget: 1.00).',
    );
  });

  it('does not hold a wild week against the challenger alone', () => {
    expect(judgeAlerts(raised(20), raised(20)).passed).toBe(true);
    expect(judgeAlerts(raised(21), raised(20)).passed).toBe(false);
  });

  it('works for budgets of any size', () => {
    expect(judgeAlerts({ raised: 2100, budgeted: 1000 }, null).passed).toBe(true);
    expect(judgeAlerts({ raised: 2200, budgeted: 1000 }, null).passed).toBe(false);
    expect(judgeAlerts({ raised: 0, budgeted: 0 }, null).passed).toBe(true);
  });

  it('passes where nothing could be counted, and says so', () => {
    expect(judgeAlerts(null, raised(1))).toMatchObject({
      passed: true,
      detail: expect.stringContaining('not counted') as string,
    });
  });
});
