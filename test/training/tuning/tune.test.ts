import { describe, expect, it } from 'vitest';
import { RUNG_SHARES } from '../../../src/training/tuning/successive-halving.ts';
import { tune } from '../../../src/training/tuning/tune.ts';
import type { TuneOptions } from '../../../src/training/tuning/tune.ts';
import { tuningData } from '../../../src/training/tuning/tuning-data.ts';
import { fingerprintOf, newState, parseState } from '../../../src/training/tuning/tuning-state.ts';
import type { TuningState } from '../../../src/training/tuning/tuning-state.ts';
import { tunableEntities, tunableSpec } from './tuning-fixtures.ts';

// Far too narrow a bottleneck: there is something to gain.
const spec = { ...tunableSpec, model: { ...tunableSpec.model, bottleneck: 0.05 } };
const entities = tuningData(tunableEntities(['a', 'b', 'c']), [], spec);
const begin = newState({ fingerprint: 'f', seed: 1, newestStep: 0 });

function optionsOf(change: Partial<TuneOptions> = {}): TuneOptions & { readonly saved: TuningState[] } {
  const saved: TuningState[] = [];
  let clock = 0;
  return {
    candidates: 5,
    budgetMs: 60_000,
    signal: new AbortController().signal,
    nowMs: () => (clock += 1000),
    save: (state) => void saved.push(state),
    progress: () => undefined,
    saved,
    ...change,
  };
}

describe('tune', () => {
  it('tries, chooses and judges, and the same again from the same seed', async () => {
    const fractions: number[] = [];
    const options = optionsOf({ progress: (fraction) => fractions.push(fraction) });
    const result = await tune({ spec, entities, seed: 1, state: begin }, options);
    expect(result.isComplete).toBe(true);
    expect(RUNG_SHARES.map((_, rung) => result.results.filter((one) => one.rung === rung).length)).toEqual([
      5, 2, 2,
    ]);
    expect(result.best).toBeGreaterThan(0);
    expect(result.gain).toMatchObject({ seeds: 3 });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(await tune({ spec, entities, seed: 1, state: begin }, optionsOf())).toEqual(result);
  });

  it('gives the same after any cut, from what was kept as text', async () => {
    const whole = optionsOf();
    const result = await tune({ spec, entities, seed: 1, state: begin }, whole);
    for (const cut of [0, 3, 7, whole.saved.length - 2]) {
      const state = parseState(JSON.stringify(whole.saved[cut]));
      if (state === null) throw new Error('what was kept can be read');
      const resumed = await tune({ spec, entities, seed: 1, state }, optionsOf());
      expect(resumed).toEqual(result);
    }
  });

  it('stops when the time is up, with what is known so far', async () => {
    const controller = new AbortController();
    const saved: TuningState[] = [];
    const options = optionsOf({
      signal: controller.signal,
      save: (state) => {
        saved.push(state);
        if (saved.length === 4) controller.abort(new Error('time'));
      },
    });
    const result = await tune({ spec, entities, seed: 1, state: begin }, options);
    expect(result).toMatchObject({ isComplete: false, best: null, gain: null });
    expect(result.results.length).toBeGreaterThanOrEqual(3);
  });

  it('tries as many settings as the time allows, by what the first trial took', async () => {
    const count = async (budgetMs: number): Promise<number> => {
      const controller = new AbortController();
      const options = optionsOf({
        candidates: null,
        budgetMs,
        signal: controller.signal,
        save: ({ plan }) => {
          if (plan !== null) controller.abort(new Error('enough'));
        },
      });
      return (await tune({ spec, entities, seed: 1, state: begin }, options)).candidates.length;
    };
    // The clock says one second a trial: nine for a whole one.
    expect(await count(1000)).toBe(4);
    expect(await count(115_000)).toBeGreaterThan(4);
    expect(await count(115_000)).toBeLessThan(await count(3_600_000));
  });

  it('says so where no fault can be put into the newest rows', async () => {
    const short = entities.map((entity) => ({ ...entity, judgeFrom: Infinity }));
    await expect(tune({ spec, entities: short, seed: 1, state: begin }, optionsOf())).rejects.toThrow(
      'wait for more history',
    );
  });
});

describe('what is kept', () => {
  it('is told from what is not', () => {
    expect(parseState(JSON.stringify(begin))).toEqual(begin);
    for (const text of ['', '{', 'null', '[]', '{"format":2}', '{"format":1,"fingerprint":"x"}']) {
      expect(parseState(text)).toBeNull();
    }
  });

  it('belongs to its rows, its settings and its seed', () => {
    const prints = [
      fingerprintOf(spec, entities, 1),
      fingerprintOf(spec, entities, 2),
      fingerprintOf({ ...spec, model: { ...spec.model, noise: 0.7 } }, entities, 1),
      fingerprintOf({ ...spec, windows: [4] }, entities, 1),
      fingerprintOf(spec, entities.slice(1), 1),
      fingerprintOf(spec, tuningData(tunableEntities(['b', 'a', 'c']), [], spec), 1),
    ];
    expect(new Set(prints).size).toBe(prints.length);
    expect(fingerprintOf(spec, tuningData(tunableEntities(['a', 'b', 'c']), [], spec), 1)).toBe(prints[0]);
  });
});
