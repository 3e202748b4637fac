import { expect, it } from 'vitest';
import { renderTable } from '../../src/cli/table.ts';

it('a table has columns as wide as their widest cell, numbers to the right', () => {
  expect(
    renderTable(
      ['host', 'score'],
      [
        ['db-3', '1.5'],
        ['web-12', '10.25'],
      ],
    ),
  ).toBe(['host    score', '──────  ─────', 'db-3      1.5', 'web-12  10.25'].join('\n'));
  expect(renderTable(['host', 'score'], [])).toBe('host  score\n────  ─────');
});
