import { describe, expect, it } from 'vitest';
import { fitModel } from '../../src/model/fit-model.ts';
import type { FittedModel } from '../../src/model/fit-model.ts';
import { loadModel, packModelFile } from '../../src/model/model-file.ts';
import { NET_WEIGHT } from '../../src/model/net-weight.ts';
import type { ScoreItem } from '../../src/model/scoring-model.ts';
import { QUICK_SPEC } from './fleet-rows.ts';
import { CURVED_FEATURES, curvedRows } from './curved-rows.ts';

const ROWS = 1500;
const FLEET_ROWS: Readonly<Record<string, Float64Array>> = {
  'db-1': curvedRows(ROWS, { seed: 1, turn: 0.15 }),
  'db-2': curvedRows(ROWS, { seed: 2, turn: 0.15 }),
  odd: curvedRows(ROWS, { seed: 3, turn: 0.6 }),
};

function fit(ownNets: readonly string[], type: 'auto' | 'dense' = 'auto'): Promise<FittedModel> {
  return fitModel({
    detector: 'hosts',
    features: CURVED_FEATURES,
    stepMs: 15_000,
    windows: [4, 16],
    modelSpec: { ...QUICK_SPEC, type, ...(ownNets.length > 0 ? { ownNets } : {}) },
    seed: 1,
    entities: Object.entries(FLEET_ROWS).map(([entity, rows]) => ({
      entity,
      cohort: '',
      segments: [{ firstStep: 0, rows }],
      holdOutFromStep: 1200,
    })),
  });
}

function scoresOf({ scoring }: Pick<FittedModel, 'scoring'>, entity: string): number[] {
  const rows = FLEET_ROWS[entity] ?? new Float64Array(0);
  const items = Array.from({ length: 300 }, (_, i): ScoreItem => {
    const end = (ROWS - i) * CURVED_FEATURES.length;
    const item = rows.slice(end - 64 * CURVED_FEATURES.length, end);
    return { entity, cohort: '', rows: item, count: 64 };
  });
  return scoring.score(items).map(({ logError }) => logError);
}

describe('an entity’s own net', () => {
  it('goes on from its cohort’s, rebuilds its hold-out better, and leaves all others’ scores as they are', async () => {
    const shared = await fit([]);
    const fitted = await fit(['odd']);
    const nets = fitted.card.groups.flatMap(({ members }) => members.filter(({ kind }) => kind === 'dense'));
    expect(nets.map(({ entity, weight, fineTuned }) => [entity, weight, fineTuned])).toEqual([
      [undefined, NET_WEIGHT, false],
      ['odd', NET_WEIGHT, true],
    ]);
    expect(nets[1]?.shape).toEqual(nets[0]?.shape);
    expect(nets[1]?.holdOutError).toBeLessThan(nets[0]?.holdOutError ?? 0);
    expect(scoresOf(fitted, 'db-1')).toEqual(scoresOf(shared, 'db-1'));
    expect(scoresOf(fitted, 'odd')).not.toEqual(scoresOf(shared, 'odd'));
  });

  it('is the same after saving, and again from the same input', async () => {
    const fitted = await fit(['odd', 'db-2']);
    const again = await fit(['db-2', 'odd']);
    expect(again.version).toBe(fitted.version);
    const { model, card } = fitted;
    const loaded = await loadModel(packModelFile({ model, calibration: new Uint8Array(), card }), 'wasm');
    for (const entity of Object.keys(FLEET_ROWS)) {
      expect(scoresOf({ scoring: loaded }, entity)).toEqual(scoresOf(fitted, entity));
    }
  });

  it('stands alone where there are no linear members', async () => {
    const fitted = await fit(['odd'], 'dense');
    expect(scoresOf(fitted, 'odd')).not.toEqual(scoresOf(await fit([], 'dense'), 'odd'));
  });

  it('of an entity that is not there is told of in the card', async () => {
    const { card } = await fit(['db-9']);
    expect(card.note).toBe('no net of its own for "db-9": it has no rows to train on');
  });
});
