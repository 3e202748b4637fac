import { expect, it } from 'vitest';
import { IncidentWaits } from '../../src/app/incident-waits.ts';

it('an incident is due when its wait is over by the wall clock, and again only after a while', () => {
  const waits = new IncidentWaits();
  const waiting = [{ detector: 'hosts', incident: 'a', waitMs: 15_000 }];
  expect(waits.due(waiting, 0)).toEqual([]);
  // The records' clock stands still.
  expect(waits.due(waiting, 14_999)).toEqual([]);
  expect(waits.due(waiting, 15_000)).toEqual(waiting);
  expect(waits.due(waiting, 15_200)).toEqual([]);
  expect(waits.due([], 15_400)).toEqual([]);
  expect(waits.due(waiting, 15_600)).toEqual([]);
  expect(waits.due(waiting, 30_600)).toEqual(waiting);
});
