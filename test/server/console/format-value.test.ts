import { expect, it } from 'vitest';
import { formatQuantity } from '../../../src/pipeline/alerts/quantity.ts';
import { formatValue } from '../../../src/server/console/format-value.ts';

const UNITS = ['', 'cores', 'bytes', 'B/s', 's', 'ms', '%', 'ratio', '1/s', 'requests/s'];
const VALUES = [0, 1, -1.5, 0.00042, 0.999, 12.345, 999.6, 1023.9, 1024, 9999, 10_000, 123_456, 7e9, -3e12];

it.each(UNITS)('tells values in %o as alerts do', (unit) => {
  for (const value of VALUES)
    expect(formatValue(value, unit), String(value)).toBe(formatQuantity(value, unit));
});

it('shows what is missing as a dash', () => {
  expect([formatValue(null, 's'), formatValue(Number.NaN, '')]).toEqual(['–', '–']);
});
