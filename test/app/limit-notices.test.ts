import { expect, it } from 'vitest';
import { LimitNotices } from '../../src/app/limit-notices.ts';

it('a bound is named once for each source, and nothing else is a notice', () => {
  const limits = new LimitNotices();
  const at = (source: string, result: string) => limits.noticesOf([{ source, result, count: 3 }]);
  expect(at('node', 'accepted')).toEqual([]);
  expect(at('node', 'entity_limit')).toMatchObject([
    { event: 'limit_reached', level: 'warn', fields: { source: 'node', limit: 'entity_limit' } },
  ]);
  expect(at('node', 'entity_limit')).toEqual([]);
  expect(at('node', 'series_limit')).toHaveLength(1);
  expect(at('apps', 'entity_limit')).toHaveLength(1);
});
