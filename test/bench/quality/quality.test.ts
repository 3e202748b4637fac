import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventLabels, toWideRows } from './labelled-entity.ts';
import { loadWide } from './load-wide.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import { BASELINES } from './baselines.ts';
import { baselineVerdict, judge } from './quality.ts';

const fixture = fileURLToPath(new URL('../../fixtures/jumpstarter', import.meta.url));

const extract = (): Promise<LabelledEntity[]> =>
  loadWide(`${fixture}/wide.csv.gz`, `${fixture}/labels.csv`, Date.UTC(2026, 0, 25));

describe('the labelled extract', () => {
  it('is at most 1 MB and holds 45 days of one service with four incidents in its second part', async () => {
    expect(statSync(`${fixture}/wide.csv.gz`).size).toBeLessThanOrEqual(1_000_000);
    const [service, ...others] = await extract();
    if (service === undefined) throw new Error('the extract is empty');
    expect(others).toEqual([]);
    expect(service.features).toHaveLength(19);
    expect([service.stepMs, service.trainRows, service.labels.length]).toEqual([300_000, 5760, 12_960]);
    const events = eventLabels(service);
    expect(events).toHaveLength(4);
    expect(events[0]?.startMs).toBeGreaterThan(Date.UTC(2026, 0, 25));
    expect(toWideRows(service)[5760]?.timeText).toBe('2026-01-25T00:00:00Z');
  });
});

describe('judge', () => {
  it.each([
    ['row z²', 0.111, 2],
    ['row PCA', 0.256, 2],
    // Its centres begin elsewhere there.
    ['k-means windows', 0.138, 1],
  ])(
    'gives %s on the extract the VUS-PR that independent code in Python gave: %f',
    async (name, area, digits) => {
      const baseline = BASELINES[name];
      if (baseline === undefined) throw new Error(`no baseline ${name}`);
      const entities = await extract();
      const verdicts = await Promise.all(entities.map((entity) => baselineVerdict(entity, baseline, 1)));
      expect(judge(entities, verdicts).vusPr).toBeCloseTo(area, digits);
    },
  );

  it('counts events, false alerts and delay of a detector that alerts one row late, and once too often', async () => {
    const entities = await extract();
    const verdicts = entities.map((entity) => {
      const events = eventLabels(entity);
      const late = events.map((event) => ({ ...event, startMs: event.startMs + entity.stepMs }));
      const wrong = {
        entity: entity.entity,
        startMs: Date.UTC(2026, 0, 30),
        endMs: Date.UTC(2026, 0, 30, 1),
      };
      const scores = Float64Array.from(entity.labels.subarray(entity.trainRows));
      return { scores, alerts: [...late, wrong] };
    });
    const quality = judge(entities, verdicts);
    expect(quality).toMatchObject({ events: 4, found: 4, medianDelayMs: 300_000 });
    expect(quality.falseAlertsPerWeek).toBeCloseTo(7 / 25, 6);
    expect(quality.vusPr).toBeGreaterThan(0.8);
  });
});
