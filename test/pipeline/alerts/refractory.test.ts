import { expect, it } from 'vitest';
import type { Refractory } from '../../../src/pipeline/alerts/gate-state.ts';
import { overStep } from '../../../src/pipeline/alerts/open-alert.ts';
import { isOldNews, refractoryAt } from '../../../src/pipeline/alerts/refractory.ts';
import type { ScoredStep } from '../../../src/pipeline/effects.ts';
import { context, culprit, inputAt } from './gate-fixtures.ts';
import { fc } from '../../support/properties.ts';

const endedAt = 7;
const left: Refractory = {
  feature: 'latency',
  modelVersion: 'm1',
  peakRaw: 4,
  untilStep: 20,
  wake: { raw: 3, untilStep: 39, lastScoredStep: endedAt },
};

interface Scored {
  readonly step: number;
  readonly scored: ScoredStep | null;
}

/** Scored steps with gaps between them, seldom quiet or of another model. */
const courses = fc
  .array(
    fc.record({
      skip: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
      change: fc.constantFrom({}, {}, {}, {}, {}, {}, { score: 0.5 }, { modelVersion: 'm2' }),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => {
    let step = endedAt;
    return parts.map(({ skip, change }): Scored => {
      step += 1 + skip;
      return { step, scored: inputAt(step, 'o', change).scored };
    });
  });

it('the refractory time is the same whether it is asked for at each step without a score or not', () => {
  let held = 0;
  fc.assert(
    fc.property(courses, (course) => {
      let asked: Refractory | null = left;
      let unasked: Refractory | null = left;
      let last = endedAt;
      for (const { step, scored } of course) {
        for (let silent = last + 1; silent < step; silent++) asked = refractoryAt(asked, silent, null);
        asked = refractoryAt(asked, step, scored);
        unasked = refractoryAt(unasked, step, scored);
        expect(asked).toEqual(unasked);
        if (asked !== null) held++;
        last = step;
      }
    }),
    { numRuns: 300 },
  );
  expect(held).toBeGreaterThan(300);
});

it('a refractory time that has ended does not come back, and none is left after its last step', () => {
  fc.assert(
    fc.property(courses, (course) => {
      let now: Refractory | null = left;
      for (const { step, scored } of course) {
        const before: Refractory | null = now;
        now = refractoryAt(before, step, scored);
        if (before === null || step > 39) expect(now).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});

it.each<[what: string, step: number, raw: number, feature: string, old: boolean]>([
  ['up to the peak nothing is news', 10, 4, 'latency', true],
  ['above the peak it is, if the wake does not hold it', 10, 4.1, 'latency', false],
  ['what another feature leads is, if it is more than the wake holds', 10, 3.3, 'cpu', false],
  ['what another feature leads is not, if the wake holds it', 10, 1, 'cpu', true],
  ['after its time the wake alone speaks: what it holds is old', 21, 3.2, 'latency', true],
  ['after its time the wake alone speaks: what is above it is news', 21, 3.3, 'latency', false],
])('%s', (_what, step, raw, feature, old) => {
  const scored = inputAt(step, 'o', { raw }).scored as ScoredStep;
  const over = { ...overStep(context, scored, inputAt(step, 'o')), contributions: [{ ...culprit, feature }] };
  expect(isOldNews({ ...left, wake: left.wake && { ...left.wake, lastScoredStep: step - 1 } }, over)).toBe(
    old,
  );
});
