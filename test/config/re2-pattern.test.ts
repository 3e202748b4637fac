import { describe, expect, it } from 'vitest';
import { regexFault } from '../../src/config/anchored-regex.ts';
import { fromRe2 } from '../../src/config/re2-pattern.ts';

describe('fromRe2', () => {
  it.each([
    ['web\\-1', 'web-1'],
    ['web\\_1', 'web_1'],
    ['[a\\-c\\_]+\\.x', '[a\\-c_]+\\.x'],
    ['(?P<role>db|web)-.*', '(?<role>db|web)-.*'],
    ['a\\\\-b', 'a\\\\-b'],
    ['db-\\d+', 'db-\\d+'],
  ])('writes %s as %s, which JavaScript reads', (re2, here) => {
    expect(fromRe2(re2)).toBe(here);
    expect(regexFault(here)).toBeNull();
  });

  it.each(['(?i)db', '[[:alpha:]]+', '\\Adb', '(a+)+', 'a\\'])('leaves %s to be refused', (re2) => {
    expect(regexFault(fromRe2(re2))).not.toBeNull();
  });
});
