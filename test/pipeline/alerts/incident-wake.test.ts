import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IncidentWake } from '../../../src/pipeline/alerts/gate-state.ts';
import { wakeAt } from '../../../src/pipeline/alerts/incident-wake.ts';
import type { ScoredStep } from '../../../src/pipeline/effects.ts';
import { inputAt } from './gate-fixtures.ts';

const left: IncidentWake = {
  raw: 3,
  untilStep: 39,
  modelVersion: 'm1',
  feature: 'latency',
  lastScoredStep: 7,
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
    let step = left.lastScoredStep;
    return parts.map(({ skip, change }): Scored => {
      step += 1 + skip;
      return { step, scored: inputAt(step, 'o', change).scored };
    });
  });

it('a wake is the same whether it is asked for at each step without a score or not', () => {
  let held = 0;
  fc.assert(
    fc.property(courses, (course) => {
      let asked: IncidentWake | null = left;
      let unasked: IncidentWake | null = left;
      let last = left.lastScoredStep;
      for (const { step, scored } of course) {
        for (let silent = last + 1; silent < step; silent++) asked = wakeAt(asked, silent, null);
        asked = wakeAt(asked, step, scored);
        unasked = wakeAt(unasked, step, scored);
        expect(asked).toEqual(unasked);
        if (asked !== null) held++;
        last = step;
      }
    }),
    { numRuns: 300 },
  );
  expect(held).toBeGreaterThan(300);
});

it('a wake that has ended does not come back, and none is left after its last step', () => {
  fc.assert(
    fc.property(courses, (course) => {
      let wake: IncidentWake | null = left;
      for (const { step, scored } of course) {
        const before: IncidentWake | null = wake;
        wake = wakeAt(before, step, scored);
        if (before === null || step > left.untilStep) expect(wake).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});
