import { describe, expect, it } from 'vitest';
import { cellAt, layoutHeat } from '../../../src/server/console/heat-layout.ts';
import { fc } from '../../support/properties.ts';

describe('the cells of a heat strip', () => {
  it('are found where they were laid out, and nowhere else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6000 }), fc.integer({ min: 1, max: 2000 }), (count, width) => {
        const layout = layoutHeat(count, width);
        for (const index of [0, count >> 1, count - 1]) {
          const x = (index % layout.columns) * layout.pitch + 1;
          const y = Math.floor(index / layout.columns) * layout.pitch + 1;
          expect(cellAt(layout, count, { x, y })).toBe(index);
          expect(y).toBeLessThan(layout.height);
        }
        expect(cellAt(layout, count, { x: -1, y: 0 })).toBe(-1);
        expect(cellAt(layout, count, { x: 0, y: layout.height + 1 })).toBe(-1);
        expect(cellAt(layout, count, { x: layout.columns * layout.pitch + 1, y: 0 })).toBe(-1);
      }),
    );
  });

  it('let five thousand be seen on one screen', () => {
    expect(layoutHeat(5000, 920).height).toBeLessThan(600);
    expect(layoutHeat(5000, 355).height).toBeLessThan(750);
  });
});
