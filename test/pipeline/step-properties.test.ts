import { describe, expect, it } from 'vitest';
import type { Effects } from '../../src/pipeline/effects.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import { step } from '../../src/pipeline/step.ts';
import { beginning, counted, cut, interleave, pipeline, seen } from './drive.ts';
import { mulberry } from './seeded.ts';
import { middleStep, streamCase, type StreamCase } from './stream-case.ts';
import { oracleVectors } from './vector-oracle.ts';
import { fc } from '../support/properties.ts';

function run(stream: StreamCase, seed: number, largest: number) {
  const random = mulberry(seed);
  const inputs = [...beginning(stream.partitions.length, middleStep(stream)), ...interleave(stream, random)];
  const state = pipeline();
  return joinEffects(cut(inputs, random, largest).map((batch) => step(state, batch)));
}

/** Whether some step was scored with an offset. */
function offsetInForce({ budgetRefits, steps }: Effects): boolean {
  const newest = Math.max(...steps.map(({ scored }) => scored?.step ?? -Infinity));
  return budgetRefits.some(({ offset, effectiveStep }) => offset !== 0 && effectiveStep <= newest);
}

describe('step', () => {
  it('gives equal effects for any cut into batches and any interleaving within lateness', () => {
    let cases = 0;
    let withAlert = 0;
    let withLate = 0;
    let withOffset = 0;
    fc.assert(
      fc.property(streamCase, fc.integer({ min: 1, max: 1e9 }), (stream, seed) => {
        const whole = run(stream, seed, 1e9);
        const pieces = run(stream, seed, 1);
        const other = run(stream, seed + 1, 50);
        expect(seen(pieces)).toEqual(seen(whole));
        // Which of two entities fires first is a matter of the interleaving, and incidents begin with the first.
        expect(pieces.incidents).toEqual(whole.incidents);
        expect(pieces.incidentNotifications).toEqual(whole.incidentNotifications);
        expect(seen(other)).toEqual(seen(whole));
        expect(counted(pieces)).toEqual(counted(whole));
        expect(counted(other)).toEqual(counted(whole));
        cases += 1;
        if (whole.transitions.some(({ to }) => to === 'firing')) withAlert += 1;
        if (offsetInForce(whole)) withOffset += 1;
        if ((counted(whole)['late'] ?? 0) > 0) withLate += 1;
      }),
      { numRuns: 60 },
    );
    console.log(
      `cut and interleaving: ${cases} cases, with an alert ${withAlert}, with a late sample ${withLate}, ` +
        `scored with an offset ${withOffset}`,
    );
    expect(withAlert / cases).toBeGreaterThanOrEqual(0.5);
    expect(withLate / cases).toBeGreaterThanOrEqual(0.5);
    expect(withOffset / cases).toBeGreaterThanOrEqual(0.05);
  });

  it('makes the vectors that a naive oracle makes of the whole list of samples', () => {
    fc.assert(
      fc.property(streamCase, fc.integer({ min: 1, max: 1e9 }), (stream, seed) => {
        const effects = run(stream, seed, 20);
        for (const [entity, expected] of oracleVectors(stream)) {
          const made = effects.steps.map(({ vector }) => vector).filter((vector) => vector.entity === entity);
          expect(made).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });
});
