import { describe, expect, it } from 'vitest';
import type { ModelScore } from '../../../../src/model/scoring-model.ts';
import { EntityGuards } from '../../../../src/pipeline/scoring/guards/entity-guards.ts';
import { newGuardMemory } from '../../../../src/pipeline/scoring/guards/guard-memory.ts';
import { runningGuardsPart, trainingRangePart } from '../../../../src/pipeline/scoring/guards/guard-parts.ts';
import type { RunningReading } from '../../../../src/pipeline/scoring/guards/guard-reading.ts';

const STEP_MS = 300_000;
const WEEK = 2016;

/** What guards whose model has learned from so many 5-minute rows say of a value far out of the range of the last days. */
function farOut(trainedRows: number): RunningReading {
  const of = (value: number): Float64Array => Float64Array.of(value);
  const profile = { own: true, trainedRows, mean: of(0), sd: of(1), low: of(-1), high: of(1) };
  const guards = new EntityGuards({ profile, stepMs: STEP_MS, timezone: 'UTC' }, newGuardMemory(1, null));
  for (let step = 0; step < 500; step++) guards.read(step, of(step % 2));
  return guards.read(500, of(9));
}

const scoreOf = (contributions: readonly number[]): ModelScore => ({
  logError: 0,
  newestRowRatio: 0,
  contributions: Float64Array.from(contributions),
  expected: new Float64Array(contributions.length),
  residuals: new Float64Array(contributions.length),
});

describe('the running guards of a single feature', () => {
  const softly = runningGuardsPart(farOut(WEEK), scoreOf([1]));
  const leading = runningGuardsPart(farOut(WEEK), scoreOf([0]));

  it('are as loud as the training range beside a model that has seen a week, and lead where no model speaks', () => {
    expect(softly).toBe(trainingRangePart(farOut(WEEK).g));
    expect(softly).toBeGreaterThan(0);
    expect(leading).toBeGreaterThan(8 * softly);
  });

  it('lead beside a model that has seen less', () => {
    expect(runningGuardsPart(farOut(WEEK - 1), scoreOf([1]))).toBe(leading);
  });
});

it('say nothing in the score of several features', () => {
  expect(runningGuardsPart(farOut(0), scoreOf([0.5, 0.5]))).toBe(0);
});
