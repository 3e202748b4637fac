import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { judgeReconstruction } from '../../src/training/judge-reconstruction.ts';
import { ResidualBlocks } from '../../src/training/residual-blocks.ts';
import type { HoldOutResult } from '../../src/training/score-hold-out.ts';
import { noGuards } from './no-guards.ts';
import { fc } from '../support/properties.ts';

interface Rows {
  /** Residuals in the features' own units: what the model gets wrong, whatever it thinks of it. */
  readonly errors?: readonly [number, number];
  /** The model's own idea of the spreads. */
  readonly sd?: readonly [number, number];
  readonly rows?: number;
  readonly entity?: string;
}

/** One entity's hold-out with residuals around `errors`. */
function result({ errors = [1, 20], sd = [2, 50], rows = 3000, entity = 'a' }: Rows = {}): HoldOutResult {
  const random = createRandom(7);
  const residuals = new ResidualBlocks(Float64Array.from(sd));
  for (let step = 0; step < rows; step++) {
    const wild = Math.exp(0.5 * random.normal());
    residuals.add(
      step,
      Float64Array.from(errors, (error, j) => ((wild * error) / (sd[j] ?? 1)) ** 2),
    );
  }
  return { entity, cohort: '', steps: [], raw: [], culprits: [], residuals, guards: noGuards(2) };
}

const passes = (challenger: HoldOutResult, champion = result()): boolean =>
  judgeReconstruction([challenger], [champion]).passed;

describe('judgeReconstruction', () => {
  it('passes what rebuilds as well or better', () => {
    expect(passes(result())).toBe(true);
    expect(passes(result({ errors: [0.5, 10] }))).toBe(true);
    expect(passes(result({ errors: [1.02, 20.4] }))).toBe(true);
  });

  it('sees a model that rebuilds worse, with the figure', () => {
    const verdict = judgeReconstruction([result({ errors: [1.2, 24] })], [result()]);
    expect(verdict).toMatchObject({ name: 'reconstruction', passed: false });
    expect(verdict.detail).toMatch(
      /^Errors on the newest hold-out are \+4\d\.\d % .*beyond the margin of \+10\.\d %\.$/,
    );
  });

  it('does not see what the model itself takes for usual: a spread ten times too wide hides nothing and costs nothing', () => {
    expect(passes(result({ errors: [2, 40], sd: [20, 500] }))).toBe(false);
    expect(passes(result({ sd: [20, 500] }))).toBe(true);
    expect(passes(result({ sd: [0.2, 5] }))).toBe(true);
  });

  it('sees one feature out of two go wrong', () => {
    expect(passes(result({ errors: [1, 40] }))).toBe(false);
  });

  it('does not compare what has no reconstruction, and says so', () => {
    const none = result({ rows: 0 });
    expect(judgeReconstruction([none], [result()])).toMatchObject({
      passed: true,
      detail: expect.stringContaining('not compared') as string,
    });
    expect(passes(result(), none)).toBe(true);
    expect(passes(result({ entity: 'b' }))).toBe(true);
  });

  it('never changes its verdict with the units of a feature', () => {
    const factor = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(factor, fc.double({ min: 0.5, max: 2, noNaN: true }), (unit, worse) => {
        const inUnits = (error: number): HoldOutResult =>
          result({ errors: [error * unit, 20], sd: [2 * unit, 50], rows: 640 });
        expect(passes(inUnits(worse), inUnits(1))).toBe(
          passes(result({ errors: [worse, 20], rows: 640 }), result({ rows: 640 })),
        );
      }),
      { numRuns: 30 },
    );
  });
});
