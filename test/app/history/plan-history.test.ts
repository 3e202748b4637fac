import { expect, it } from 'vitest';
import { planHistory, presentMs } from '../../../src/app/history/plan-history.ts';
import { detectorSpec } from '../../store/sample-checkpoints.ts';
import { fc } from '../../support/properties.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const base = detectorSpec({ stepMs: 15_000, windows: [4, 16, 64] });
const spec = { ...base, training: { ...base.training, spanMs: 28 * DAY_MS, minSteps: 1440 } };
const span = { fromMs: 1_000 * DAY_MS, toMs: 1_014 * DAY_MS };

it('reads four times what the first training waits for, in stretches that meet all parts of the span and of the day', () => {
  const { stretches, isWhole } = planHistory([spec], span);
  expect(isWhole).toBe(false);
  const read = stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  expect(read / 15_000).toBeGreaterThanOrEqual(4 * 1440);
  expect(read / 15_000).toBeLessThan(4 * 1440 + 256);
  expect(
    new Set(stretches.map(({ fromMs }) => Math.floor(((fromMs - span.fromMs) / (14 * DAY_MS)) * 10))).size,
  ).toBe(10);
  expect(new Set(stretches.map(({ fromMs }) => Math.floor((fromMs % DAY_MS) / (6 * HOUR_MS)))).size).toBe(4);
});

it('is spread over the span wherever the reading is cut off', () => {
  const { stretches } = planHistory([spec], span);
  const quarters = stretches
    .slice(0, 6)
    .map(({ fromMs }) => Math.floor((4 * (fromMs - span.fromMs)) / (14 * DAY_MS)));
  expect(new Set(quarters).size).toBe(4);
});

it('leaves a short history to be read whole, and never goes back further than the training span', () => {
  expect(planHistory([spec], { fromMs: span.toMs - 30 * HOUR_MS, toMs: span.toMs })).toEqual({
    stretches: [],
    isWhole: true,
  });
  const { stretches } = planHistory([{ ...spec, training: { ...spec.training, spanMs: 3 * DAY_MS } }], span);
  expect(Math.min(...stretches.map(({ fromMs }) => fromMs))).toBeGreaterThanOrEqual(span.toMs - 3 * DAY_MS);
});

it('never overlaps two stretches, nor leaves the span, and begins each on a step', () => {
  const lengths = fc.integer({ min: 1, max: 60 });
  const windows = fc.integer({ min: 1, max: 100 });
  const steps = fc.constantFrom(1000, 15_000, 60_000, 300_000);
  fc.assert(
    fc.property(lengths, windows, steps, (days, window, stepMs) => {
      const own = { ...spec, stepMs, windows: [window] };
      const wide = { fromMs: span.toMs - days * DAY_MS, toMs: span.toMs };
      const { stretches } = planHistory([own], wide);
      const ordered = [...stretches].sort((a, b) => a.fromMs - b.fromMs);
      ordered.forEach(({ fromMs, toMs }, index) => {
        expect(fromMs % stepMs).toBe(0);
        expect(fromMs).toBeGreaterThanOrEqual(wide.fromMs);
        expect(toMs).toBeLessThanOrEqual(wide.toMs);
        expect(toMs).toBeLessThanOrEqual((ordered[index + 1]?.fromMs ?? Infinity) + stepMs);
      });
    }),
  );
});

it('begins the present two of the longest windows ago', () => {
  expect(presentMs([spec])).toBe(2 * 64 * 15_000);
});
