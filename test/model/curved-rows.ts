import { createRandom } from '../../src/core/random.ts';

export const CURVED_FEATURES: readonly string[] = ['a', 'b', 'c', 'd'];

/** Rows `[count, 4]` that go around a circle by `turn` a row, and are curved functions of where they are. */
export function curvedRows(count: number, { seed, turn }: { seed: number; turn: number }): Float64Array {
  const random = createRandom(seed);
  const rows = new Float64Array(count * CURVED_FEATURES.length);
  let angle = 0;
  for (let row = 0; row < count; row++) {
    angle += turn + 0.05 * random.normal();
    const [x, y] = [Math.sin(angle), Math.cos(angle)];
    [x ** 3, y ** 2, Math.abs(x), Math.tanh(4 * x)].forEach((value, feature) => {
      rows[row * CURVED_FEATURES.length + feature] = value + 0.02 * random.normal();
    });
  }
  return rows;
}
