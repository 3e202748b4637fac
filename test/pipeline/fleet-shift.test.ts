import { expect, it } from 'vitest';
import type { DecodedRecord } from '../../src/core/records.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { calibrations, partitionId } from './drive.ts';
import { Feed } from './one-entity.ts';
import { fakeModel, fakeSpec } from './scoring/fake-scoring-model.ts';

const STEP_MS = 300_000;
const ENTITIES = 500;
const ONSET = 20;
/** A fifth of a day is 58 steps over. */
const STEPS = ONSET + 90;
const REPEAT_MS = 4 * 3_600_000;

const spec = fakeSpec({ maxFutureMs: 60_000, alert: { ...fakeSpec().alert, repeatIntervalMs: REPEAT_MS } });

/** All stray for good from the onset on, some with up to three steps' rest: so they become a shift one after the other. */
function isOver(entity: number, at: number): boolean {
  return at >= ONSET && !(at >= 40 && at < 40 + (entity % 4));
}

function recordsAt(at: number): PipelineInput {
  const records = Array.from({ length: ENTITIES }, (_, entity): DecodedRecord => {
    const timeMs = at * STEP_MS + entity * 100;
    const labels = { instance: `host-${entity}` };
    const value = isOver(entity, at) ? 8 : 0.3;
    return { offset: at * ENTITIES + entity, timeMs, samples: [{ metric: 'busy', labels, timeMs, value }] };
  });
  const offsets = { firstOffset: at * ENTITIES, nextOffset: (at + 1) * ENTITIES };
  return { kind: 'records', slice: { ...partitionId(0), ...offsets, records, deadLetters: [] } };
}

it('500 alerts at once that become a shift one after the other are three messages: the first, how many they are, the shift', () => {
  const feed = new Feed([spec]);
  feed.input({ kind: 'model', model: fakeModel('v1'), calibrations, effectiveStep: 0 });
  for (let at = 0; at < STEPS; at++) feed.input(recordsAt(at));
  const { transitions, incidentNotifications } = feed.effects;
  const shifts = transitions.filter(({ alert, from, to }) => from === to && alert.kind === 'shift');
  expect(shifts).toHaveLength(ENTITIES);
  expect(new Set(shifts.map(({ step }) => step)).size).toBeGreaterThan(1);

  const told = incidentNotifications.filter(({ incident }) => incident.deliver);
  expect(new Set(told.map(({ incident }) => incident.id)).size).toBe(1);
  const [firstShift = 0] = shifts.map(({ step }) => step);
  expect((firstShift - ONSET) * STEP_MS).toBeGreaterThan(REPEAT_MS);
  expect(told).toHaveLength(3);
  const ofShift = told.filter(({ members }) => members[0]?.kind === 'shift');
  expect(ofShift).toHaveLength(1);
  expect(ofShift[0]?.atMs).toBeGreaterThan(firstShift * STEP_MS);
});
