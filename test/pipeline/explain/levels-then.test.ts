import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoredModel } from '../../../src/pipeline/create-state.ts';
import { explainStep } from '../../../src/pipeline/explain/explain-step.ts';
import type { KeptHistory } from '../../../src/pipeline/explain/kept-history.ts';
import { replayKept, type ReplayedStep } from '../../../src/pipeline/explain/replay-kept.ts';
import { seriesStep } from '../../../src/pipeline/explain/series-step.ts';
import type { StepExplanation } from '../../../src/pipeline/explain/step-explanation.ts';
import { joinEffects } from '../../../src/pipeline/join-effects.ts';
import { step } from '../../../src/pipeline/step.ts';
import { takeCheckpoint } from '../../../src/pipeline/take-checkpoint.ts';
import { NOTHING } from '../drive.ts';
import {
  DAY,
  gridStep,
  HOUR,
  levelBeginning,
  levelInputs,
  levelPipeline,
  levelSpec,
  trainedLevelModel,
} from '../level-world.ts';
import { keptStep } from '../memory-store.ts';

const ONSET = DAY + 9 * HOUR;
const SAID = ONSET + 3 * HOUR;
const BACK = ONSET + 20 * HOUR;
const AGAIN = ONSET + 24 * HOUR;
const END = ONSET + 30 * HOUR;

/** Latency goes up, is accepted there, comes back and goes up again: what the pipeline made of it, and what is kept of that. */
function watched(model: RestoredModel) {
  const isUp = (at: number): boolean => (at >= ONSET && at < BACK) || at >= AGAIN;
  const inputs = levelInputs(END, (at, [cpu = 0, latency = 0, traffic = 0]) => [
    cpu,
    latency + (isUp(at) ? 0.04 : 0),
    traffic,
  ]);
  const state = levelPipeline(model);
  const range = { fromStep: gridStep(ONSET - 5), toStep: gridStep(ONSET + 20) };
  const word = { kind: 'accept', detector: levelSpec.name, entity: 'web-1', match: [] } as const;
  const effects = joinEffects([
    step(state, [...levelBeginning(model), ...inputs.slice(0, SAID)]),
    step(state, [{ ...word, ...range, effectiveStep: null }, ...inputs.slice(SAID)]),
  ]);
  const [row] = takeCheckpoint(state, effects).entities;
  if (row === undefined) throw new Error('the checkpoint has no entity');
  const acceptedSteps = effects.transitions.flatMap(({ alert }) =>
    alert.resolution === 'accepted' && alert.resolvedStep !== null ? [alert.resolvedStep] : [],
  );
  const { labels, cohort } = row;
  const kept = effects.steps.map(keptStep);
  const history: KeptHistory = {
    entity: 'web-1',
    labels,
    cohort,
    calibration: null,
    state: row.state,
    acceptedSteps,
    kept,
  };
  return { effects, history };
}

describe('looking back at an entity of which a level was accepted', () => {
  let model: RestoredModel;
  let world: ReturnType<typeof watched>;
  let replayed: ReplayedStep[];
  beforeAll(async () => {
    model = await trainedLevelModel();
    world = watched(model);
    replayed = replay(world.history);
  });
  afterAll(() => model.model.dispose());

  function replay(history: KeptHistory, from = 0): ReplayedStep[] {
    const { activations, budgetRefits, exclusions } = world.effects;
    const [detector] = levelPipeline(model, {
      ...NOTHING,
      activations,
      budgetRefits,
      exclusions,
    }).detectors;
    if (detector === undefined) throw new Error('no detector');
    return [...replayKept(detector, history, gridStep(from))].flat();
  }

  const scoresOf = (steps: readonly ReplayedStep[]): number[][] =>
    steps.map(({ score }) => [score?.scored.raw ?? NaN, score?.scored.score ?? NaN]);

  function explained(at: number, of: readonly ReplayedStep[] = replayed): StepExplanation {
    const found = of.find(({ kept }) => kept.step === gridStep(at));
    if (found === undefined) throw new Error(`step ${at} was not replayed`);
    return explainStep(found, { spec: levelSpec, entity: 'web-1', labels: {}, usedThen: true });
  }

  const scoreCheck = ({ checks }: StepExplanation): string =>
    checks.find(({ name }) => name === 'score')?.detail ?? '';

  it('has the scores of then to the bit, at the level and on the way to and fro', () => {
    expect(world.history.acceptedSteps).toHaveLength(1);
    expect(scoresOf(replayed)).toEqual(replayed.map(({ kept }) => [kept.raw, kept.score]));
    const ids = new Set(world.history.kept.map(({ normal }) => normal));
    expect(ids).toEqual(new Set([undefined, 0, 1]));
  });

  it('has them too when it begins after the acceptance, amid the way back', () => {
    for (const from of [SAID + 1, SAID + 20, BACK + 10]) {
      const later = replay(world.history, from);
      expect(scoresOf(later)).toEqual(scoresOf(replayed.slice(-later.length)));
    }
  });

  it('would score far higher against training alone', () => {
    const { state: _state, ...blind } = world.history;
    const [seen] = replay(blind).filter(({ kept }) => kept.step === gridStep(SAID + 3 * HOUR));
    expect(seen?.score?.scored.score).toBeGreaterThan(1);
    expect(seen?.kept.score).toBeLessThan(1);
    if (seen === undefined) return;
    expect(scoreCheck(explained(SAID + 3 * HOUR, [seen]))).toMatch(/not known any more$/);
    expect(explained(SAID + 3 * HOUR, [seen]).notes.join(' ')).toContain('an accepted level');
  });

  it('says what a step was held against', () => {
    expect(scoreCheck(explained(SAID - HOUR))).toMatch(/wanted: 1 or more$/);
    expect(scoreCheck(explained(SAID + HOUR))).toMatch(
      /; held against the level accepted at 2026-01-13 12:\d\d:\d\d UTC$/,
    );
    expect(scoreCheck(explained(BACK + HOUR))).toContain("held against training's level");
    expect(explained(SAID + HOUR).notes).toEqual([]);
  });

  it('ends the alert where the level was accepted, and finds none after it', () => {
    const at = (world.history.acceptedSteps?.[0] ?? 0) - gridStep(0);
    expect(explained(at - 1).outcome).toBe('firing');
    expect(explained(at)).toMatchObject({
      outcome: 'resolved',
      sentence: 'Resolved: the level of the open alert is accepted as new normal with this step, not back.',
    });
    expect(explained(at + 1)).toMatchObject({ outcome: 'quiet', alert: null });
  });

  it('tells expected values and the range of training at that level', () => {
    const [before, after] = [explained(ONSET - HOUR), explained(SAID + HOUR)].map(({ features }) =>
      features.find(({ feature }) => feature === 'latency'),
    );
    const rise = (after?.range?.low ?? NaN) - (before?.range?.low ?? NaN);
    expect(rise).toBeGreaterThan(0.03);
    const one = replayed.find(({ kept }) => kept.step === gridStep(SAID + HOUR));
    if (one === undefined) throw new Error('not replayed');
    expect(seriesStep(one, levelSpec).expected[1]).toBe(after?.expected);
    expect(Math.abs((after?.expected ?? NaN) - (after?.seen ?? NaN))).toBeLessThan(0.02);
  });
});
