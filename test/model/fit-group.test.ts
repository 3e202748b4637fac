import { expect, it } from 'vitest';
import { fitModel } from '../../src/model/fit-model.ts';
import type { ModelSpec } from '../../src/core/detector.ts';
import type { ModelCard } from '../../src/model/model-card.ts';
import { QUICK_SPEC, loadedRows } from './fleet-rows.ts';

async function cardOf(change: Partial<ModelSpec>): Promise<ModelCard> {
  const rows = loadedRows({ count: 700, features: 6, seed: 1 });
  const segments = [{ firstStep: 0, rows }];
  const { card, scoring } = await fitModel({
    detector: 'hosts',
    features: ['a', 'b', 'c', 'd', 'e', 'f'],
    stepMs: 15_000,
    windows: [4, 16],
    modelSpec: { ...QUICK_SPEC, ...change },
    seed: 1,
    entities: [{ entity: 'db-1', cohort: '', segments, holdOutFromStep: 560 }],
  });
  scoring.dispose();
  return card;
}

const members = (card: ModelCard, kind: 'linear' | 'dense') =>
  card.groups.flatMap((group) => group.members).filter((member) => member.kind === kind);
const narrowest = (card: ModelCard, kind: 'linear' | 'dense'): number[] =>
  members(card, kind).map(({ shape }) => Math.min(...shape));

it('sizes the bottleneck of every member by the share of variance that is asked for', async () => {
  const [narrow, wide] = [await cardOf({ bottleneck: 0.6 }), await cardOf({ bottleneck: 0.97 })];
  for (const kind of ['linear', 'dense'] as const) {
    const [least, most] = [narrowest(narrow, kind), narrowest(wide, kind)];
    expect(least.length).toBeGreaterThan(0);
    least.forEach((width, index) => expect(width).toBeLessThan(most[index]!));
  }
});

it('trains the net alone with the noise that is asked for', async () => {
  const [without, much] = [await cardOf({ noise: 0 }), await cardOf({ noise: 3 })];
  expect(members(much, 'linear')).toEqual(members(without, 'linear'));
  const loss = (card: ModelCard): number => members(card, 'dense')[0]?.curve.at(-1)?.training ?? Number.NaN;
  expect(loss(much)).toBeGreaterThan(1.1 * loss(without));
});
