import { expect, it } from 'vitest';
import { explainStep } from '../../../src/pipeline/explain/explain-step.ts';
import { fakeSpec } from '../scoring/fake-scoring-model.ts';

const spec = fakeSpec();
const kept = {
  step: 7,
  values: Float64Array.of(1, 2),
  filled: false,
  raw: 3,
  score: 2,
  over: true,
  alertable: true,
};
const said = {
  detector: 'hosts',
  entity: 'a',
  step: 7,
  modelVersion: 'v1',
  raw: 3,
  score: 2,
  scoreWithoutGuards: 2,
  over: true,
  rowUnusual: true,
  alertable: true,
  provisional: false,
};
const gate = { lastStep: 6, overs: [], open: null, peakRaw: 0, quietSteps: 0, unscoredSteps: 0, wake: null };
const over = { ...said, kind: 'anomaly' as const, wanted: true, contributions: [] };

const checksOf = (quiet: string | null, score: number) =>
  explainStep(
    {
      kept: { ...kept, score },
      score: null,
      said: { ...said, score },
      context: null,
      rows: 0,
      gateBefore: gate,
      gateAfter: { ...gate, overs: [over] },
      transitions: [],
      notifications: [],
    },
    { spec, entity: 'a', labels: {}, usedThen: true, quiet },
  ).checks;

it('a mute or maintenance in force is the last thing that stood between a step and people', () => {
  expect(checksOf('muted (m1)', 2).at(-1)).toEqual({ name: 'quiet time', held: false, detail: 'muted (m1)' });
  // What fell before was never asked for it.
  expect(checksOf('muted (m1)', 0.5).at(-1)?.held).toBeNull();
  expect(checksOf(null, 2).map(({ name }) => name)).not.toContain('quiet time');
});
