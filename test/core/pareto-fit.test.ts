import { describe, expect, it } from 'vitest';
import { fitPareto, lnParetoSurvival } from '../../src/core/pareto-fit.ts';
import { createRandom } from '../../src/core/random.ts';
import { fc } from '../support/properties.ts';

function draw(shape: number, scale: number, n: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => {
    const u = 1 - random.next();
    return shape === 0 ? -scale * Math.log(u) : (scale / shape) * (u ** -shape - 1);
  });
}

describe('fitPareto', () => {
  it('keeps the exponential for exponential exceedances', () => {
    const shapes = Array.from({ length: 40 }, (_, seed) => fitPareto(draw(0, 0.7, 60, seed)).shape);
    expect(shapes.filter((shape) => shape === 0).length).toBeGreaterThanOrEqual(34);
  });

  it.each([-0.25, 0.4])('finds a shape of %f in many exceedances', (shape) => {
    const fit = fitPareto(draw(shape, 0.5, 4000, 3));
    expect(fit.shape).toBeCloseTo(shape, 1);
    expect(fit.scale).toBeCloseTo(0.5, 1);
  });

  it('keeps the shape within what RECIPE allows and every survival falling, whatever the exceedances', () => {
    const exceedances = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(exceedances, (values) => {
        const fit = fitPareto(values);
        expect(fit.shape).toBeGreaterThanOrEqual(-0.3);
        expect(fit.shape).toBeLessThanOrEqual(0.5);
        const survivals = [0, 0.1, 0.5, 1, 5, 50].map((x) => lnParetoSurvival(fit, x));
        expect(survivals[0]).toBeCloseTo(0, 12);
        survivals.slice(1).forEach((ln, i) => expect(ln).toBeLessThanOrEqual(survivals[i] ?? 0));
      }),
    );
  });
});
