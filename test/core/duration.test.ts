import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { fc } from '../support/properties.ts';

describe('durations', () => {
  test.each([
    ['15s', 15_000],
    ['1h30m', 5_400_000],
    ['28d', 28 * 86_400_000],
    ['2w', 14 * 86_400_000],
    ['1y', 365 * 86_400_000],
    ['500ms', 500],
    ['0', 0],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '15', '15 s', 's', '1.5h', '-5m', '30m1h', '5m5m', '99999999999y', '5M'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  test('every whole number of milliseconds comes back from its text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000_000_000 }),
        (ms) => parseDuration(formatDuration(ms)) === ms,
      ),
    );
  });

  test('days stay days, as people write them', () => {
    expect(formatDuration(28 * 86_400_000)).toBe('28d');
    expect(formatDuration(5_400_000)).toBe('1h30m');
    expect(formatDuration(0)).toBe('0s');
  });
});
