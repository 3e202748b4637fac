import { expect, it } from 'vitest';
import { quietBackend } from '../../src/app/quiet-backend.ts';
import type { WindowChange } from '../../src/pipeline/effects.ts';

/** Sunday. */
const NOW = Date.UTC(2026, 10, 22, 3);

function backend() {
  const changes: WindowChange[] = [];
  const keeper = {
    detectors: ['hosts'],
    windows: () => changes.map(({ window }) => window),
    change: (change: WindowChange) => Promise.resolve(changes.push(change)),
  };
  return { changes, quiet: quietBackend(keeper, () => NOW) };
}

it('takes planned work that comes again for a month at most', async () => {
  const { quiet, changes } = backend();
  const long = await quiet.maintain({ schedule: '*/5 * * * *', duration: '1y' });
  expect(long).toEqual({
    kind: 'refused',
    detail:
      '"duration" is "1y": planned work that comes again lasts at most 31d; for what is longer give "start" and "end".',
  });
  expect(changes).toEqual([]);
  const month = await quiet.maintain({ schedule: '*/5 * * * *', duration: '31d' });
  expect(month).toMatchObject({ kind: 'done', value: { active: true } });
});
