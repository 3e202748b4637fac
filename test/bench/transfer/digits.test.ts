import { describe, expect, it } from 'vitest';
import { CLASSES, PIXELS, labelledRows, loadDigits, splitDigits } from './digits.ts';
import type { Digits } from './digits.ts';

const digits = loadDigits();
const COUNTS = { test: 300, validation: 200, pool: 1000 };

function images({ pixels, count }: Digits): string[] {
  return Array.from({ length: count }, (_, row) =>
    Buffer.from(pixels.slice(row * PIXELS, (row + 1) * PIXELS).buffer).toString('base64'),
  );
}

describe('the digits', () => {
  it('are ten thousand, each class near a tenth of them, pixels from 0 to 1', () => {
    expect(digits.count).toBe(10_000);
    const counts = new Array<number>(CLASSES).fill(0);
    for (const digit of digits.digit) counts[digit] = (counts[digit] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(digits.pixels.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
  });

  it('are split so that no test digit is in another part, and the same for the same seed', () => {
    const parts = splitDigits(digits, COUNTS, 1);
    expect([parts.test.count, parts.validation.count, parts.pool.count]).toEqual([300, 200, 1000]);
    const held = new Set(images(parts.test));
    expect([...images(parts.validation), ...images(parts.pool)].filter((image) => held.has(image))).toEqual(
      [],
    );
    expect(splitDigits(digits, COUNTS, 1)).toEqual(parts);
    expect(splitDigits(digits, COUNTS, 2).test.digit).not.toEqual(parts.test.digit);
  });

  it('keep their labels', () => {
    const { test } = splitDigits(digits, COUNTS, 1);
    const { targets, inputs, count } = labelledRows(test, 5);
    expect([count, inputs.length, targets.length]).toEqual([5, 5 * PIXELS, 5 * CLASSES]);
    const own = images(digits);
    images(test)
      .slice(0, 5)
      .forEach((image, row) => {
        expect(targets[row * CLASSES + (digits.digit[own.indexOf(image)] ?? -1)]).toBe(1);
      });
  });
});
