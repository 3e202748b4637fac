import type { Contribution } from '../effects.ts';

type Change = Pick<Contribution, 'seen' | 'expected'>;

/** Less than this share off, the value itself is no news: the pattern is. */
const littleChange = 0.05;

/** (seen − expected) ÷ |expected|; `null` where a percentage would say nothing: expected is 0 or of the other sign. */
function relativeChange({ seen, expected }: Change): number | null {
  if (expected === 0 || (seen !== 0 && Math.sign(seen) !== Math.sign(expected))) return null;
  return (seen - expected) / Math.abs(expected);
}

/** Whether the value is within 5 % of what was expected. */
export function isLittleChanged(change: Change): boolean {
  const relative = relativeChange(change);
  return relative === null ? change.seen === change.expected : Math.abs(relative) < littleChange;
}

/** The way from expected to seen in words: `31 % lower`, `1.7 % higher`, `5.3 times as much`, `higher`, `as expected`. */
export function describeChange(change: Change): string {
  const relative = relativeChange(change);
  if (change.seen === change.expected) return 'as expected';
  const direction = change.seen > change.expected ? 'higher' : 'lower';
  if (relative === null) return direction;
  const percent = 100 * Math.abs(relative);
  if (percent < 0.05) return 'as expected';
  // A forecast follows a slow leak closely: its small lead is all that a single value shows.
  if (percent < 100 * littleChange) return `${Number(percent.toFixed(1))} % ${direction}`;
  const times = change.seen / change.expected;
  if (change.expected > 0 && times >= 3)
    return times < 1000 ? `${Number(times.toPrecision(2))} times as much` : 'over 1000 times as much';
  return `${Math.round(percent)} % ${direction}`;
}
