import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../core/duration.ts';

/** Parser of an option that takes a whole number up to `most`; wrong text is wrong use, said before anything starts. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}

/** Parser of an option that takes a length of time, at least a second; gives ms. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms >= 1000 && ms < 2 ** 31) return ms;
  throw new InvalidArgumentError('It takes a length of time of at least 1s, such as 10m or 1h30m.');
}
