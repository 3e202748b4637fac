import { expect, it } from 'vitest';
import { configuredWindows } from '../../src/app/configured-windows.ts';
import type { MaintenanceConfig } from '../../src/config/config.ts';

const nightly: MaintenanceConfig = {
  matchers: [],
  span: null,
  recurs: { schedule: '0 2 * * *', timezone: 'UTC', durationMs: 3_600_000 },
  comment: 'backups',
};
const once: MaintenanceConfig = { ...nightly, recurs: null, span: { fromMs: 100, untilMs: 200 } };

it('maintenance of the configuration comes in once, and ends when it is taken out', () => {
  const added = configuredWindows([nightly, once], [], 50).map(({ window }) => window);
  expect(added.map(({ kind, origin, untilMs }) => [kind, origin, untilMs])).toEqual([
    ['maintenance', 'config', Infinity],
    ['maintenance', 'config', 200],
  ]);
  expect(configuredWindows([nightly, once], added, 60)).toEqual([]);
  const out = configuredWindows([], added, 150);
  expect(out.map(({ window, removed }) => [window.untilMs, removed])).toEqual([
    [150, false],
    [150, false],
  ]);
  // One that has not begun was never there; one that is over stays unlearned.
  expect(configuredWindows([], added, 60)[1]?.removed).toBe(true);
  expect(configuredWindows([], added.slice(1), 300)).toEqual([]);
  // Back in again.
  const ended = out.map(({ window }) => window);
  expect(configuredWindows([nightly], ended, 500)).toMatchObject([
    { window: { untilMs: Infinity }, removed: false },
  ]);
});

it('windows of others are none of its business', () => {
  const [added] = configuredWindows([once], [], 0);
  if (added === undefined) throw new Error('nothing was added');
  expect(configuredWindows([], [{ ...added.window, origin: 'api' }], 0)).toEqual([]);
});
