import { describe, expect, it } from 'vitest';
import type { RestoredState } from '../../src/pipeline/checkpoint.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { step } from '../../src/pipeline/step.ts';
import { resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { fc } from '../support/properties.ts';
import { assignments, cut, interleave, NOTHING, partitionId, seen } from './drive.ts';
import { histogramCase, histogramSpec, type HistogramCase } from './histogram-case.ts';
import { oracleValues } from './histogram-oracle.ts';
import { MemoryStore } from './memory-store.ts';
import { mulberry } from './seeded.ts';
import { STEP_MS } from './stream-case.ts';

function pipeline(restored: RestoredState = NOTHING): PipelineState {
  return createState({
    detectors: [histogramSpec],
    restored,
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
  });
}

function run(stream: HistogramCase, seed: number, largest: number): Effects {
  const random = mulberry(seed);
  const state = pipeline();
  const inputs = [...assignments(stream.partitions.length), ...interleave(stream, random)];
  return joinEffects(cut(inputs, random, largest).map((batch) => step(state, batch)));
}

/** Three lives, each ended between or after checkpoints. */
function crashing(stream: HistogramCase, seed: number): Effects {
  const random = mulberry(seed);
  const store = new MemoryStore();
  let state = pipeline();
  let inputs = [...assignments(stream.partitions.length), ...interleave(stream, random)];
  for (let life = 0; life < 4; life++) {
    const batches = cut(inputs, random, 30);
    const committed = life === 3 ? batches.length : Math.floor(random() * batches.length);
    for (const batch of batches.slice(0, committed)) store.apply(takeCheckpoint(state, step(state, batch)));
    if (life === 3) break;
    for (const batch of batches.slice(committed, committed + 3)) step(state, batch);
    state = pipeline(store.restore());
    const from = stream.partitions.map((_, index) => resumeOffset(state, partitionId(index)) ?? 0);
    inputs = [...assignments(stream.partitions.length), ...interleave(stream, random, from)];
  }
  return store.effects;
}

const seeds = fc.integer({ min: 1, max: 1e9 });

describe('features of histograms', () => {
  it('are what a naive oracle makes of the whole list of samples', () => {
    const counts = { known: 0, missing: 0, filled: 0 };
    fc.assert(
      fc.property(histogramCase, seeds, (stream, seed) => {
        for (const { vector } of run(stream, seed, 20).steps) {
          const { entity, step: number, values, filled } = vector;
          const expected = oracleValues(stream, entity, number);
          const isFresh = stream.sent.some(
            (one) => one.entity === entity && Math.floor(one.timeMs / STEP_MS) === number,
          );
          if (!isFresh) expect(filled).toBe(true);
          if (filled) counts.filled += 1;
          values.forEach((value, index) => {
            const wanted = expected[index] ?? NaN;
            const place = `${entity} ${number} ${histogramSpec.features[index]?.name}: ${value}, not ${wanted}`;
            if (Number.isNaN(wanted)) expect(value, place).toBeNaN();
            else expect(Math.abs(value - wanted), place).toBeLessThan(1e-9);
            if (Number.isNaN(wanted)) counts.missing += 1;
            else counts.known += 1;
          });
        }
      }),
      { numRuns: 50 },
    );
    console.log('values of histograms', counts);
    expect(Math.min(counts.known, counts.missing, counts.filled)).toBeGreaterThan(100);
  });

  it('are the same for any cut into batches, any interleaving and after any restart', () => {
    fc.assert(
      fc.property(histogramCase, seeds, (stream, seed) => {
        const whole = seen(run(stream, seed, 1e9));
        expect(seen(run(stream, seed, 1))).toEqual(whole);
        expect(seen(run(stream, seed + 1, 40))).toEqual(whole);
        expect(seen(crashing(stream, seed + 2))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});
