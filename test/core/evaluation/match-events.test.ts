import { describe, expect, it } from 'vitest';
import { matchEvents } from '../../../src/core/evaluation/match-events.ts';

const WEEK = 7 * 86_400_000;
const budget = { count: 5, perMs: WEEK, scope: 'detector' } as const;
const span = (entity: string, startMs: number, endMs: number) => ({ entity, startMs, endMs });

describe('matchEvents', () => {
  it('counts events found, false alerts per entity-week, the budget used and the median delay', () => {
    const result = matchEvents({
      events: [span('a', 100, 200), span('a', 500, 600), span('b', 100, 200)],
      alerts: [
        span('a', 130, 140),
        span('a', 160, 170),
        span('a', 450, 500),
        span('b', 201, 300),
        span('b', 700, 800),
      ],
      entities: 2,
      watchedMs: 4 * WEEK,
      budget,
    });
    expect(result).toEqual({
      events: 3,
      found: 2,
      falseAlerts: 2,
      entityWeeks: 4,
      falseAlertsPerWeek: 0.5,
      budgetRatio: 0.5 / 2.5,
      medianDelayMs: 15,
    });
  });

  it('takes the ends of events and alerts as inclusive', () => {
    const touching = { events: [span('a', 100, 200)], alerts: [span('a', 200, 300)] };
    expect(matchEvents({ ...touching, entities: 1, watchedMs: WEEK, budget })).toMatchObject({
      found: 1,
      falseAlerts: 0,
    });
  });

  it('does not let one entity find the event of another', () => {
    const crossed = { events: [span('a', 100, 200)], alerts: [span('b', 100, 200)] };
    expect(matchEvents({ ...crossed, entities: 2, watchedMs: WEEK, budget })).toMatchObject({
      found: 0,
      falseAlerts: 1,
    });
  });

  it('has no rates when nothing was watched and no delay when nothing was found', () => {
    expect(matchEvents({ events: [], alerts: [], entities: 0, watchedMs: 0, budget })).toMatchObject({
      falseAlertsPerWeek: null,
      budgetRatio: null,
      medianDelayMs: null,
    });
  });

  it('asks the whole budget of each entity when it is meant per entity', () => {
    const input = { events: [], alerts: [span('a', 0, 1)], entities: 10, watchedMs: WEEK };
    expect(matchEvents({ ...input, budget: { count: 1, perMs: WEEK, scope: 'entity' } }).budgetRatio).toBe(1);
  });
});
