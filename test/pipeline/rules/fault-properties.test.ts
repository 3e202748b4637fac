import { fc } from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import type { Effects } from '../../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../../src/pipeline/inputs.ts';
import { joinEffects } from '../../../src/pipeline/join-effects.ts';
import { step } from '../../../src/pipeline/step.ts';
import { takeCheckpoint } from '../../../src/pipeline/take-checkpoint.ts';
import { cut, partitionId } from '../drive.ts';
import { MemoryStore } from '../memory-store.ts';
import { mulberry } from '../seeded.ts';
import { moving, world, worldInputs, type Speaker } from './fault-world.ts';

const STEPS = 330;

/** Some entities over two partitions that stop, come back, get stuck, come late, and a source that stalls. */
function randomWorld(seed: number): PipelineInput[] {
  const random = mulberry(seed);
  const among = (from: number, to: number): number => from + Math.floor(random() * (to - from));
  const stallFrom = random() < 0.3 ? among(160, 280) : Infinity;
  const stallTo = stallFrom + among(4, 30);
  const speakers = Array.from({ length: among(2, 7) }, (_, index): Speaker => {
    const bornAt = random() < 0.15 ? among(20, 250) : 0;
    const goneFrom = random() < 0.5 ? among(150, 300) : Infinity;
    const goneTo = goneFrom + among(1, 60);
    const stuckFrom = random() < 0.5 ? among(150, 300) : Infinity;
    const stuckTo = stuckFrom + among(2, 60);
    const drop = random() < 0.3 ? 0.03 : 0;
    return {
      entity: `host-${index}`,
      partition: index % 2,
      speaks: (at) =>
        at >= bornAt &&
        !(at >= goneFrom && at < goneTo) &&
        !(at >= stallFrom && at < stallTo) &&
        !(drop > 0 && (at * 7919 + index) % 33 === 0),
      temp: (at) => moving(at >= stuckFrom && at < stuckTo ? stuckFrom : at),
    };
  });
  const idleAt = random() < 0.3 ? among(160, 300) : -1;
  return worldInputs(speakers, STEPS, (at) =>
    at === idleAt ? [{ kind: 'idle', partition: partitionId(1), idle: true }] : [],
  );
}

/** All that the world saw, in order. */
function shown({ transitions, notifications, incidents, incidentNotifications, exclusions }: Effects) {
  return { transitions, notifications, incidents, incidentNotifications, exclusions };
}

function undisturbed(inputs: readonly PipelineInput[]): Effects {
  return step(world(), inputs);
}

/** The same with crashes: what was not in a checkpoint is lost and read again. */
function crashing(inputs: readonly PipelineInput[], random: () => number): Effects {
  const store = new MemoryStore();
  let state = world();
  let at = 0;
  while (at < inputs.length) {
    const size = 1 + Math.floor(random() * 400);
    const batch = inputs.slice(at, at + size);
    const parts = cut(batch, random, 40).map((part) => step(state, part));
    store.apply(takeCheckpoint(state, joinEffects(parts)));
    at += size;
    if (random() < 0.5) continue;
    step(state, inputs.slice(at, at + 20));
    const restored = store.restore();
    state = world(undefined, restored);
    const assigned = inputs.filter(({ kind }) => kind === 'assigned');
    const needed = restored.marks.map(({ partition, lowOffset }) => ({ partition, lowOffset }));
    const again = inputs
      .slice(0, at)
      .filter(
        (input) =>
          input.kind === 'records' &&
          needed.some(
            ({ partition, lowOffset }) =>
              input.slice.partition === partition && input.slice.firstOffset >= lowOffset,
          ),
      );
    store.apply(takeCheckpoint(state, step(state, [...assigned, ...again])));
  }
  return store.effects;
}

describe('the rules beside the score', () => {
  it('give equal effects for any cut into batches, and from any checkpoint', () => {
    const kinds = new Map<string, number>();
    let cases = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const inputs = randomWorld(seed);
        const random = mulberry(seed + 1);
        const whole = undisturbed(inputs);
        const state = world();
        const pieces = cut(inputs, random, 100).map((batch) => step(state, batch));
        expect(shown(joinEffects(pieces))).toEqual(shown(whole));
        expect(shown(crashing(inputs, random))).toEqual(shown(whole));
        cases += 1;
        for (const { alert, to } of whole.transitions) {
          if (to === 'pending') continue;
          const name = `${alert.kind} ${to}`;
          kinds.set(name, (kinds.get(name) ?? 0) + 1);
        }
      }),
      { numRuns: 60 },
    );
    console.log(`rules: ${cases} worlds, ${JSON.stringify(Object.fromEntries(kinds))}`);
    for (const name of ['absence firing', 'absence resolved', 'flatline firing', 'flatline resolved']) {
      expect(kinds.get(name) ?? 0, name).toBeGreaterThan(5);
    }
  });
});
