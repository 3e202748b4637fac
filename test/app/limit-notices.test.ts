import { expect, it } from 'vitest';
import { LimitNotices } from '../../src/app/limit-notices.ts';

const sampled = (source: string, result: string, count = 3) => ({
  samples: [{ source, result, count }],
  deadLetters: [],
});

it('a bound is named once for each source, and nothing else is a notice', () => {
  const limits = new LimitNotices(() => 0);
  expect(limits.noticesOf(sampled('node', 'accepted'))).toEqual([]);
  expect(limits.noticesOf(sampled('node', 'entity_limit', 0))).toEqual([]);
  expect(limits.noticesOf(sampled('node', 'entity_limit'))).toMatchObject([
    {
      event: 'limit_reached',
      level: 'warn',
      message: expect.stringContaining('raise limits.entities_per_detector.') as string,
      fields: { source: 'node', limit: 'entities' },
    },
  ]);
  expect(limits.noticesOf(sampled('node', 'entity_limit'))).toEqual([]);
  expect(limits.noticesOf(sampled('node', 'series_limit'))).toHaveLength(1);
  expect(limits.noticesOf(sampled('apps', 'entity_limit'))).toHaveLength(1);
});

it('a dead letter over a bound names it too, and one of another reason does not', () => {
  const limits = new LimitNotices(() => 0);
  const refused = (reason: string) => ({ samples: [], deadLetters: [{ source: 'node', reason, count: 1 }] });
  expect(limits.noticesOf(refused('not_json'))).toEqual([]);
  expect(limits.noticesOf(refused('too_long_label'))).toMatchObject([{ fields: { limit: 'label_length' } }]);
  expect(limits.noticesOf(refused('too_large'))).toMatchObject([{ fields: { limit: 'record_size' } }]);
});

it('a bound that is kept for ten minutes is told so, and named anew when it is reached again', () => {
  let now = 0;
  const limits = new LimitNotices(() => now);
  limits.noticesOf(sampled('node', 'entity_limit'));
  now = 9 * 60_000;
  limits.noticesOf(sampled('node', 'entity_limit'));
  expect(limits.views()).toMatchObject([
    { source: 'node', limit: 'entities', count: 6, since: '1970-01-01T00:00:00.000Z' },
  ]);
  now = 18 * 60_000;
  expect(limits.noticesOf(sampled('node', 'accepted'))).toEqual([]);
  now = 19 * 60_000;
  expect(limits.views()).toEqual([]);
  expect(limits.noticesOf(sampled('node', 'accepted'))).toMatchObject([
    { event: 'limit_kept', level: 'info', fields: { limit: 'entities', count: 6 } },
  ]);
  expect(limits.noticesOf(sampled('node', 'entity_limit'))).toMatchObject([{ event: 'limit_reached' }]);
});
