import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/core/records.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import { dropOldLetters, newestLetters } from '../../src/pipeline/newest-letters.ts';
import { step } from '../../src/pipeline/step.ts';
import { beginning, partitionId, pipeline } from './drive.ts';
import { fc } from '../support/properties.ts';

const MEBIBYTE = new Uint8Array(1024 ** 2);
const NO_BYTES = new Uint8Array(0);

function letter(offset: number, bytes = NO_BYTES): DeadLetter {
  return { ...partitionId(0), offset, reason: offset % 3 === 0 ? 'bad_time' : 'not_json', detail: '', bytes };
}

/** What a slice of bad records only, from one offset up to another, gives. */
function effectsOf(state: ReturnType<typeof pipeline>, from: number, to: number): Effects {
  const deadLetters = Array.from({ length: to - from }, (_, index) => letter(from + index));
  const slice = { ...partitionId(0), firstOffset: from, nextOffset: to, records: [], deadLetters };
  return step(state, [{ kind: 'records', slice }]);
}

function started(): ReturnType<typeof pipeline> {
  const state = pipeline();
  step(state, beginning(1, 0));
  return state;
}

const offsets = ({ deadLetters }: Effects): number[] => deadLetters.map(({ offset }) => offset);

describe('dead letters', () => {
  it('are kept up to a number, the newest, and counted all', () => {
    const effects = effectsOf(started(), 0, 3000);
    expect(offsets(effects)).toEqual(Array.from({ length: 1000 }, (_, index) => 2000 + index));
    expect(effects.counts).toEqual([
      { source: partitionId(0).source, samples: {}, deadLetters: { bad_time: 1000, not_json: 2000 } },
    ]);
  });

  it('are kept up to a sum of their bytes', () => {
    const letters = Array.from({ length: 40 }, (_, offset) => letter(offset, MEBIBYTE));
    expect(newestLetters(letters).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 16 }, (_, index) => 24 + index),
    );
  });

  it('are the same for any cut into calls, also when old ones were dropped on the way', () => {
    const whole = joinEffects([effectsOf(started(), 0, 1500)]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 1499 }), { maxLength: 12 }), (inner) => {
        const cuts = [0, ...inner.sort((a, b) => a - b), 1500];
        const state = started();
        const parts: Effects[] = [];
        for (const [index, to] of cuts.slice(1).entries()) {
          parts.push(effectsOf(state, cuts[index] ?? 0, to));
          dropOldLetters(parts);
        }
        expect(joinEffects(parts)).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it('do not pile up between two checkpoints', () => {
    const state = started();
    const parts: Effects[] = [];
    for (let call = 0; call < 40; call++) {
      parts.push(effectsOf(state, call * 250, (call + 1) * 250));
      dropOldLetters(parts);
    }
    expect(parts.flatMap(offsets)).toHaveLength(1000);
    expect(joinEffects(parts).counts[0]?.deadLetters).toEqual({ bad_time: 3334, not_json: 6666 });
  });
});
