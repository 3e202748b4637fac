import { describe, expect, it } from 'vitest';
import type { KeptStep } from '../../../src/pipeline/checkpoint.ts';
import type { Effects } from '../../../src/pipeline/effects.ts';
import { replayKept, type ReplayedStep } from '../../../src/pipeline/explain/replay-kept.ts';
import { step } from '../../../src/pipeline/step.ts';
import { beginning, interleave, NOTHING, pipeline } from '../drive.ts';
import { keptStep } from '../memory-store.ts';
import { mulberry } from '../seeded.ts';
import { middleStep, streamCase, type StreamCase } from '../stream-case.ts';
import { fc } from '../../support/properties.ts';

/** A whole run of the pipeline, and each entity's kept steps. */
function run(stream: StreamCase) {
  const random = mulberry(stream.seed);
  const state = pipeline();
  const effects = step(state, [
    ...beginning(stream.partitions.length, middleStep(stream)),
    ...interleave(stream, random),
  ]);
  const kept = new Map<string, KeptStep[]>();
  for (const record of effects.steps) {
    const own = kept.get(record.vector.entity) ?? [];
    own.push(keptStep(record));
    kept.set(record.vector.entity, own);
  }
  return { state, effects, kept };
}

/** Replays an entity from its first kept step that `from` names on. */
function replayOf(
  { state, effects, kept }: ReturnType<typeof run>,
  entity: string,
  from = 0,
): ReplayedStep[] {
  const { activations, budgetRefits, exclusions } = effects;
  const [detector] = pipeline({ ...NOTHING, activations, budgetRefits, exclusions }).detectors;
  const own = kept.get(entity) ?? [];
  const known = state.detectors[0]?.entities.get(entity);
  if (detector === undefined) throw new Error('no detector');
  const history = {
    entity,
    labels: known?.labels ?? {},
    cohort: known?.cohort ?? '',
    calibration: null,
    kept: own,
  };
  return [...replayKept(detector, history, own[from]?.step ?? 0)].flat();
}

const firings = (transitions: Effects['transitions'], entity: string) =>
  transitions
    .filter(({ alert, to }) => alert.entity === entity && to === 'firing')
    .map(({ alert, step: at }) => [alert.id, at]);

const anyRun = streamCase.map(run);

describe('replayKept', () => {
  it('scores kept steps to the bit as they were, and fires the same alerts', () => {
    let fired = 0;
    fc.assert(
      fc.property(anyRun, (done) => {
        for (const entity of done.kept.keys()) {
          const replayed = replayOf(done, entity);
          const scores = replayed.map(({ score }) => [score?.scored.raw ?? NaN, score?.scored.score ?? NaN]);
          expect(scores).toEqual(replayed.map(({ kept }) => [kept.raw, kept.score]));
          const again = replayed.flatMap(({ transitions }) => transitions);
          expect(firings(again, entity)).toEqual(firings(done.effects.transitions, entity));
          fired += again.length;
        }
      }),
      { numRuns: 40 },
    );
    expect(fired).toBeGreaterThan(0);
  });

  it('scores the same when it begins later, from what the rows before have left', () => {
    fc.assert(
      fc.property(anyRun, (done) => {
        const whole = replayOf(done, 'host-0');
        const later = replayOf(done, 'host-0', 20);
        expect(later.map(({ score }) => score?.scored)).toEqual(
          whole.slice(whole.length - later.length).map(({ score }) => score?.scored),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('lets the gate go by what was said then, not by what would be said now', () => {
    fc.assert(
      fc.property(anyRun, (done) => {
        const calm = (done.kept.get('host-0') ?? []).map((one) => ({ ...one, score: 0.1, over: false }));
        const replayed = replayOf({ ...done, kept: new Map([['host-0', calm]]) }, 'host-0');
        expect(replayed.flatMap(({ transitions }) => transitions)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
