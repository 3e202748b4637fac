import { describe, expect, it } from 'vitest';
import { printable } from '../../src/core/printable.ts';
import { renderTable } from '../../src/cli/table.ts';

describe('printable', () => {
  it('shows control and direction characters of label values instead of sending them to the terminal', () => {
    expect(printable('\u001b[31mred\u001b[0m')).toBe('\\u{1b}[31mred\\u{1b}[0m');
    expect(printable('\u202Ertl')).toBe('\\u{202e}rtl');
    expect(printable('größe-1 ▁█')).toBe('größe-1 ▁█');
  });

  it('keeps line ends only where the text has lines of its own', () => {
    expect(printable('a\nb\u0007', true)).toBe('a\nb\\u{7}');
    expect(printable('a\nb')).toBe('a\\u{a}b');
  });

  it('keeps a row of a table one row', () => {
    expect(renderTable(['entity'], [['new\nline']]).split('\n')).toHaveLength(3);
  });
});
