import { describe, expect, it } from 'vitest';
import type { AlertBudget } from '../../src/core/detector.ts';
import type { DecodedRecord } from '../../src/core/records.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { assignments, calibrations, partitionId } from './drive.ts';
import { Feed } from './one-entity.ts';
import { fakeModel, fakeSpec } from './scoring/fake-scoring-model.ts';

const DAY_MS = 86_400_000;
const STEP_MS = 1_800_000;
const DAY = DAY_MS / STEP_MS;

interface World {
  readonly entities: number;
  readonly days: number;
  readonly budget: Pick<AlertBudget, 'count' | 'scope'>;
  /** Whether an entity, by its number, strays at a step. */
  readonly isOver: (entity: number, at: number) => boolean;
  /** What people say of the alerts that have ended. */
  readonly said?: (at: number) => PipelineInput[];
}

/** All that a fleet brings about, whose thresholds and budget are refit at midnight. */
function live({ entities, days, budget, isOver, said }: World): Effects {
  const alert = { ...fakeSpec().alert, budget: { ...budget, perMs: 7 * DAY_MS } };
  const spec = fakeSpec({ stepMs: STEP_MS, windows: [4], maxFutureMs: 60_000, alert });
  const feed = new Feed([spec], { nextRefitMs: (_, afterMs) => (Math.floor(afterMs / DAY_MS) + 1) * DAY_MS });
  feed.input(...assignments(1), { kind: 'model', model: fakeModel('v1'), calibrations, effectiveStep: 0 });
  for (let at = 0; at < days * DAY; at++) {
    const records = Array.from({ length: entities }, (_, entity): DecodedRecord => {
      const timeMs = at * STEP_MS + entity * 15_000;
      const value = isOver(entity, at) ? 8 : 0.3 + 0.001 * ((entity + 7 * at) % 13);
      const sample = { metric: 'busy', labels: { instance: `host-${entity}` }, timeMs, value };
      return { offset: at * entities + entity, timeMs, samples: [sample] };
    });
    const offsets = { firstOffset: at * entities, nextOffset: (at + 1) * entities };
    feed.input({ kind: 'records', slice: { ...partitionId(0), ...offsets, records, deadLetters: [] } });
    feed.input(...(said?.(at) ?? []));
  }
  return feed.effects;
}

const offsets = ({ budgetRefits }: Effects): number[] => budgetRefits.map(({ offset }) => offset);
const alertsOf = ({ transitions }: Effects): number =>
  transitions.filter(({ from, to }) => from === 'pending' && to === 'firing').length;
const incidentsOf = ({ incidents }: Effects): number =>
  new Set(incidents.flatMap(({ incident }) => (incident.deliver ? [incident.id] : []))).size;

const FLEET = 60;
const MIDNIGHT = 5 * DAY;
/** Each noon three stray together for three hours, others each day: no entity's own threshold has seen it before. */
const atNoon = (entity: number, at: number): boolean =>
  at % DAY >= 24 && at % DAY < 30 && Math.floor(entity / 3) === Math.floor(at / DAY);
const daily = { entities: 36, days: 12, budget: { count: 1, scope: 'detector' }, isOver: atNoon } as const;

describe('the budget of a detector', () => {
  it('has a storm as one incident: the days after it are scored as those before', () => {
    const effects = live({
      entities: FLEET,
      days: 9,
      budget: { count: 5, scope: 'detector' },
      // Two entities alone, and a storm that goes on beyond the refit at midnight and partly begins after it.
      isOver: (entity, at) =>
        (entity === 7 && at === DAY + 9) ||
        (entity === 9 && at === 3 * DAY + 30) ||
        (at >= MIDNIGHT - 2 + (entity % 4) && at < MIDNIGHT + 6),
    });
    expect(alertsOf(effects)).toBeGreaterThanOrEqual(FLEET);
    expect(incidentsOf(effects)).toBe(3);
    expect(offsets(effects)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    const counted = effects.budgetRefits.at(-1)?.days.map(({ incidents }) => incidents?.[16]);
    expect(counted).toEqual([0, 1, 0, 1, 1, 0, 0, 0]);
  });

  it('is broken by incidents that come each day, and scores are lowered', () => {
    const effects = live(daily);
    expect([alertsOf(effects), incidentsOf(effects)]).toEqual([36, 12]);
    expect(offsets(effects).at(-1)).toBeLessThan(-0.5);
  });

  it('is not used up by what was labelled real, however many alerts of an incident were', () => {
    const said = (at: number): PipelineInput[] => {
      if (at % DAY !== 40) return [];
      const stretch = { fromStep: at - 16, toStep: at - 11 + 4, alerts: 1, effectiveStep: null };
      const named = (entity: number): PipelineInput => ({
        kind: 'exclude',
        detector: 'hosts',
        entity: `host-${entity}`,
        ...stretch,
      });
      return Array.from({ length: 3 }, (_, one) => named(3 * Math.floor(at / DAY) + one));
    };
    expect(new Set(offsets(live({ ...daily, said })))).toEqual(new Set([0]));
  });

  it('of each entity has an incident once at each that is part of it', () => {
    // 18 a week are asked for, so 31 in these 12 days: 36 are near enough, the 12 of them that are told apart would be too few.
    const each = live({ ...daily, budget: { count: 0.5, scope: 'entity' } });
    expect(new Set(offsets(each))).toEqual(new Set([0]));
  });
});
