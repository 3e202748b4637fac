import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainAt, stepsBetween, type LookBack } from '../../src/app/look-back.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { RestoredModel } from '../../src/pipeline/create-state.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import type { StepRecord } from '../../src/pipeline/effects.ts';
import { step } from '../../src/pipeline/step.ts';
import { takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import {
  DAY,
  gridStep,
  HOUR,
  levelBeginning,
  levelInputs,
  levelPipeline,
  levelSpec,
  trainedLevelModel,
} from '../pipeline/level-world.ts';
import { openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';

const ONSET = DAY + 9 * HOUR;
const SAID = ONSET + 3 * HOUR;
const END = ONSET + 12 * HOUR;
/** Thresholds are refit at midnight, as `levelPipeline` does. */
const spec: DetectorSpec = {
  ...levelSpec,
  calibration: { ...levelSpec.calibration, schedule: '0 0 * * *' },
};
const of = { detector: levelSpec.name, entity: 'web-1' };

/** Latency goes up and is accepted there, with a checkpoint every 50 steps; answers what was said of each step. */
function watch(model: RestoredModel, store: StoreWriter): StepRecord[] {
  const inputs: PipelineInput[] = levelInputs(END, (at, [cpu = 0, latency = 0, traffic = 0]) => [
    cpu,
    latency + (at >= ONSET ? 0.04 : 0),
    traffic,
  ]);
  const [fromStep, toStep] = [gridStep(ONSET - 5), gridStep(ONSET + 20)];
  inputs.splice(SAID, 0, { kind: 'accept', ...of, match: [], fromStep, toStep, effectiveStep: null });
  const state = levelPipeline(model, undefined, spec);
  const records: StepRecord[] = [];
  const all = [...levelBeginning(model), ...inputs];
  for (let at = 0; at < all.length; at += 50) {
    const effects = step(state, all.slice(at, at + 50));
    records.push(...effects.steps);
    store.applyCheckpoint(takeCheckpoint(state, effects), { outbox: [] });
  }
  return records;
}

describe('looking back in a store', () => {
  const path = temporaryDirectory();
  const said = new Map<number, StepRecord['scored']>();
  let model: RestoredModel;
  let store: StoreWriter;
  let from: LookBack;
  beforeAll(async () => {
    model = await trainedLevelModel();
    store = openWriter(path);
    store.declareDetectors([spec]);
    for (const { vector, scored } of watch(model, store)) said.set(vector.step, scored);
    const activations = [{ detector: of.detector, version: model.model.version, effectiveStep: gridStep(0) }];
    const models = { inUse: () => Promise.resolve({ activations, models: [model], usedThen: true }) };
    from = { store, detectors: [spec], models };
  });
  afterAll(() => {
    store.close();
    model.model.dispose();
    rmSync(path, { recursive: true });
  });

  const timeOf = (at: number): string => new Date(gridStep(at) * levelSpec.stepMs).toISOString();

  it('explains a step after an acceptance by the score that it had, and by the level that it was held against', async () => {
    for (const at of [SAID + 3, SAID + HOUR, END - 10]) {
      const { score, parts, raw, notes, checks, alert } = await explainAt(from, { ...of, at: timeOf(at) });
      const { model: own = NaN, trainingRange = NaN, runningGuards = NaN } = parts ?? {};
      expect(own + trainingRange + runningGuards).toBe(said.get(gridStep(at))?.raw);
      expect({ score, raw }).toEqual({
        score: said.get(gridStep(at))?.score,
        raw: said.get(gridStep(at))?.raw,
      });
      expect(checks[0]?.detail).toMatch(
        /held against (the level accepted at 2026-01-13 12:|training's level)/,
      );
      expect({ notes, alert }).toEqual({ notes: [], alert: null });
    }
  });

  it('draws what was expected at the level that was accepted', async () => {
    const { steps } = await stepsBetween(from, { ...of, from: timeOf(SAID + HOUR), to: timeOf(END - 10) });
    const off = steps.map(({ seen, expected }) => Math.abs((seen[1] ?? NaN) - (expected[1] ?? NaN)));
    expect(steps.length).toBeGreaterThan(200);
    expect(Math.max(...off)).toBeLessThan(0.03);
  });

  it('draws what is usual around it: only a row with a feature outside of that is unusual to the model', async () => {
    const range = { from: timeOf(ONSET - 40), to: timeOf(SAID + 2 * HOUR) };
    const { steps, features } = await stepsBetween(from, { ...of, ...range });
    const counts = { inside: 0, outside: 0 };
    for (const { atMs, seen, low, high, expected } of steps.filter((_, index) => index % 5 === 0)) {
      const isInside = features.every((_, column) => {
        const [value = NaN, least = NaN, most = NaN] = [seen[column], low[column], high[column]].map(Number);
        return value >= least && value <= most;
      });
      for (const [column, value] of expected.entries()) {
        expect(Number(low[column])).toBeLessThan(Number(value));
        expect(Number(high[column])).toBeGreaterThan(Number(value));
      }
      counts[isInside ? 'inside' : 'outside'] += 1;
      const { rowRatio } = await explainAt(from, { ...of, at: new Date(atMs).toISOString() });
      if (isInside) expect(rowRatio).toBeLessThanOrEqual(1);
    }
    expect(counts.inside).toBeGreaterThan(5);
    expect(counts.outside).toBeGreaterThan(5);
  });
});
