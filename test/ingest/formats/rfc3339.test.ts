import { expect, test } from 'vitest';
import { parseRfc3339 } from '../../../src/ingest/formats/rfc3339.ts';
import { fc } from '../../support/properties.ts';

test('agrees with the calendar from the year 0 to 9999', () => {
  const range = {
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  };
  fc.assert(fc.property(fc.date(range), (date) => parseRfc3339(date.toISOString()) === date.getTime()));
});

test.each([
  ['2026-11-24T03:00:00Z', '2026-11-24T03:00:00.000Z'],
  ['2026-11-24t03:00:00z', '2026-11-24T03:00:00.000Z'],
  ['2026-11-24T03:00:00+05:30', '2026-11-23T21:30:00.000Z'],
  ['2026-11-24T03:00:00.5-01:00', '2026-11-24T04:00:00.500Z'],
  ['2026-11-24T03:00:00.123456789Z', '2026-11-24T03:00:00.123Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
])('reads %s', (text, expected) => {
  expect(new Date(parseRfc3339(text)).toISOString()).toBe(expected);
});

test.each([
  '',
  '2026-11-24',
  '2026-11-24 03:00:00Z',
  '2026-11-24T03:00Z',
  '2026-11-24T03:00:00',
  '2026-11-24T03:00:00.Z',
  '2026-11-24T24:00:00Z',
  '2026-11-24T03:60:00Z',
  '2026-11-24T03:00:60Z',
  '2026-02-29T03:00:00Z',
  '1900-02-29T03:00:00Z',
  '2026-13-01T03:00:00Z',
  '2026-00-01T03:00:00Z',
  '2026-11-00T03:00:00Z',
  '2026-11-24T03:00:00+0530',
  '2026-11-24T03:00:00+24:00',
  '2026-11-24T03:00:00Zx',
  '+026-11-24T03:00:00Z',
  '2026/11/24T03:00:00Z',
])('refuses "%s"', (text) => {
  expect(parseRfc3339(text)).toBeNaN();
});
