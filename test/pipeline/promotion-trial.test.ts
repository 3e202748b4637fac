import { describe, expect, it } from 'vitest';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { ModelActivation } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import { step } from '../../src/pipeline/step.ts';
import { releaseModels, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import { calibrations, cut, NOTHING } from './drive.ts';
import { MemoryStore } from './memory-store.ts';
import { Feed } from './one-entity.ts';
import { fakeModel, fakeSpec } from './scoring/fake-scoring-model.ts';
import { mulberry } from './seeded.ts';
import { fc } from '../support/properties.ts';

const STEP_S = 300;
const HOUR = 12;
const PROMOTED_AT = 100;
const spec = fakeSpec({ maxFutureMs: 60_000 });

/** v1 from the start, v2 from step 100 on; from then on a spike every `every` steps. */
function inputs({ every = 0, steps = 500, rollback = false } = {}): PipelineInput[] {
  const feed = new Feed([spec]);
  const back = { from: 'v1', reason: 'by hand' };
  feed.input({ kind: 'model', model: fakeModel('v1'), calibrations, effectiveStep: 0 });
  for (let at = 0; at < steps; at++) {
    if (at === PROMOTED_AT) {
      feed.input({
        kind: 'model',
        model: fakeModel('v2'),
        calibrations,
        effectiveStep: PROMOTED_AT,
        ...(rollback && { rollback: back }),
      });
    }
    const spike = every > 0 && at > PROMOTED_AT && at % every === 0;
    for (const entity of ['a', 'b']) feed.sample('busy', at * STEP_S + 1, spike ? 8 : 0.3, { entity });
  }
  return feed.inputs;
}

function pipelineOf(wanted: DetectorSpec, restored = NOTHING) {
  return createState({
    detectors: [wanted],
    restored,
    models: ['v1', 'v2'].map((version) => ({ model: fakeModel(version), calibrations })),
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: 3_600_000,
  });
}

function activationsOf(given: readonly PipelineInput[], wanted = spec): readonly ModelActivation[] {
  return step(pipelineOf(wanted), given).activations;
}

describe('the trial of a promoted model', () => {
  it('brings the version before back when its first hours break the budget of a week, and says why', () => {
    const effects = step(pipelineOf(spec), inputs({ every: 7 }));
    const [, promoted, back] = effects.activations;
    expect(promoted).toEqual({ detector: 'hosts', version: 'v2', effectiveStep: PROMOTED_AT });
    expect(back).toMatchObject({
      version: 'v1',
      rollback: { from: 'v2', reason: '6 alerts in its first 2 h: more than the budget of a week.' },
    });
    expect(effects.activations).toHaveLength(3);
    // Judged at a full hour, and effective where no entity has closed a step yet.
    expect(back?.effectiveStep).toBe(PROMOTED_AT + 2 * HOUR + 6);
    const versionAt = new Map(effects.steps.map(({ vector, scored }) => [vector.step, scored?.modelVersion]));
    expect(versionAt.get((back?.effectiveStep ?? 0) - 1)).toBe('v2');
    expect(versionAt.get(back?.effectiveStep ?? 0)).toBe('v1');
  });

  it('leaves a model that keeps the budget, and one whose alerts come after the first day', () => {
    expect(activationsOf(inputs())).toHaveLength(2);
    expect(activationsOf(inputs({ every: 290 }))).toHaveLength(2);
  });

  it('counts for each entity where the budget is an entity’s', () => {
    const alert = { ...spec.alert, budget: { ...spec.alert.budget, count: 100, scope: 'entity' as const } };
    expect(activationsOf(inputs({ every: 7 }), { ...spec, alert })).toHaveLength(2);
  });

  it('is held of no first model, and of none that was put back', () => {
    expect(activationsOf(inputs({ every: 7, rollback: true }))).toHaveLength(2);
    const onlyFirst = inputs({ every: 7 }).filter(
      (input) => input.kind !== 'model' || input.effectiveStep === 0,
    );
    expect(activationsOf(onlyFirst)).toHaveLength(1);
  });

  it('keeps the model before until it is over, and frees it then', () => {
    const state = pipelineOf(spec);
    const [during, after] = [inputs({ steps: 300 }), inputs({ steps: 500 })];
    step(state, during);
    expect(releaseModels(state)).toEqual([]);
    step(state, after.slice(during.length));
    expect(releaseModels(state).map(({ version }) => version)).toEqual(['v1']);
  });

  it('does not free a model that came back', () => {
    const state = pipelineOf(spec);
    step(state, inputs({ every: 7 }));
    expect(releaseModels(state).map(({ version }) => version)).toEqual(['v2']);
  });

  it('ends the same for any cut into batches and after any restart', () => {
    const all = inputs({ every: 7, steps: 200 });
    const whole = activationsOf(all);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const random = mulberry(seed);
        const store = new MemoryStore();
        let state = pipelineOf(spec);
        for (const batch of cut(all, random, 60)) {
          const effects = cut(batch, random, 9).map((part) => step(state, part));
          store.apply(takeCheckpoint(state, joinEffects(effects)));
          if (random() < 0.7) continue;
          state = pipelineOf(spec, store.restore());
          step(state, [
            {
              kind: 'assigned',
              partition: { source: 'node', topic: 'metrics', partition: 0 },
              nextOffset: 0,
            },
          ]);
          // What was still open is read again.
          const from = store.restore().marks[0]?.lowOffset ?? 0;
          step(
            state,
            all.filter(
              (input) =>
                input.kind === 'records' &&
                input.slice.firstOffset >= from &&
                input.slice.nextOffset <= (store.restore().marks[0]?.nextOffset ?? 0),
            ),
          );
        }
        expect(store.effects.activations).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });
});
