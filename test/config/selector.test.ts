import { describe, expect, test } from 'vitest';
import { parseSelector } from '../../src/config/selector.ts';
import { fc } from '../support/properties.ts';

describe('selectors', () => {
  test('are read with all four operators, any quotes and a trailing comma', () => {
    expect(parseSelector(`{ job = "node", mode!~'a|b', env=~\`x.\\d\`,zone!="z", }`)).toEqual({
      matchers: [
        { label: 'job', op: '=', value: 'node' },
        { label: 'mode', op: '!~', value: 'a|b' },
        { label: 'env', op: '=~', value: 'x.\\d' },
        { label: 'zone', op: '!=', value: 'z' },
      ],
    });
  });

  test('may name the metric as the label __name__', () => {
    expect(parseSelector('{__name__=~"node_.*"}')).toEqual({
      matchers: [{ label: '__name__', op: '=~', value: 'node_.*' }],
    });
  });

  test('without conditions select all', () => {
    expect(parseSelector('{}')).toEqual({ matchers: [] });
    expect(parseSelector('', true)).toEqual({ matchers: [] });
  });

  test('may leave the braces out only where that is allowed', () => {
    expect(parseSelector('mode!="idle"', true)).toEqual({
      matchers: [{ label: 'mode', op: '!=', value: 'idle' }],
    });
    expect(parseSelector('mode!="idle"')).toHaveProperty('fault');
  });

  test('keep any label value through quoting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const quoted = `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
        expect(parseSelector(`{a=${quoted}}`)).toEqual({ matchers: [{ label: 'a', op: '=', value }] });
      }),
    );
  });

  test.each([
    ['{a="b"', 'braces'],
    ['up{a="b"}', 'metric name'],
    ['{a="b" c="d"}', 'comma'],
    ['{a="b",,}', 'no label condition'],
    ['{a=b}', 'no label condition'],
    ['{9a="b"}', 'no label condition'],
    ['{a=="b"}', 'no label condition'],
    ['{a="\\q"}', 'escape'],
    ['{a=~"["}', 'does not compile'],
    ['{a=~"x(?=y)"}', 'lookaround'],
    ['{a=~"(x)\\\\1"}', 'back-reference'],
    ['{a=~"(x*)*"}', 'repeats a group'],
    ['{a=~"((x|y+)z?)+"}', 'repeats a group'],
  ])('%s is refused: %s', (text, reason) => {
    expect(parseSelector(text)).toEqual({ fault: expect.stringContaining(reason) as string });
  });

  test.each(['node-(a|b)+', '[(+*]+x*', '\\\\(a+\\\\)+', '(ab){2,3}x+', '.+\\\\.example\\\\.org'])(
    'the pattern %s is fine',
    (pattern) => {
      expect(parseSelector(`{a=~"${pattern}"}`)).toHaveProperty('matchers');
    },
  );
});
