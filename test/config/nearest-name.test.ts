import { describe, expect, test } from 'vitest';
import { nearestName } from '../../src/config/nearest-name.ts';
import { renderProblems } from '../../src/config/render-problems.ts';

describe('the nearest name', () => {
  test.each([
    ['wndows', 'windows'],
    ['windwos', 'windows'],
    ['allowed-lateness', 'allowed_lateness'],
    ['Step', 'step'],
  ])('of %s is %s', (name, meant) => {
    expect(nearestName(name, ['step', 'windows', 'allowed_lateness'])).toBe(meant);
  });

  test('is none where nothing is near', () => {
    expect(nearestName('colour', ['step', 'windows', 'mode'])).toBeNull();
  });
});

test('problems are rendered before warnings and counted', () => {
  const at = { file: 'a.yaml', line: 2, column: 3, path: 'x' };
  expect(renderProblems([{ ...at, message: 'bad' }], [{ ...at, path: '', message: 'odd' }])).toBe(
    'error: a.yaml:2:3: x: bad\nwarning: a.yaml:2:3: odd\n1 error, 1 warning',
  );
  expect(renderProblems([], [])).toBe('');
});
