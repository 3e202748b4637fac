import { describe, expect, it } from 'vitest';
import { wrapText } from '../../src/cli/wrap-text.ts';

describe('text', () => {
  it('is broken at blanks, with what follows indented under it', () => {
    const line = `    cpu_busy: ${'word '.repeat(12)}end`;
    const lines = wrapText(line, 50).split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const one of lines) expect(one.length).toBeLessThanOrEqual(50);
    expect(lines[1]).toMatch(/^ {6}word/);
    expect(lines.map((one) => one.trim()).join(' ')).toBe(line.trim());
  });

  it('is left alone on a pipe and where it has no blank to break at', () => {
    expect(wrapText('x '.repeat(100), undefined)).toBe('x '.repeat(100));
    expect(wrapText('x'.repeat(100), 50)).toBe('x'.repeat(100));
  });
});
